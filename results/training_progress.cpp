#include "results/training_progress.h"

#include <algorithm>
#include <charconv>
#include <map>

#include <SQLiteCpp/SQLiteCpp.h>

#include "errors/user_error.h"
#include "results/connection.h"
#include "results/store.h"

namespace headsweep::results {
namespace {

constexpr const char* kOpenWork =
    "WITH measured AS (SELECT arm, sum(train_seconds + coalesce(measure_seconds, 0)) AS seconds,"
    " sum(steps) AS steps, sum(flops) AS flops, count(*) AS trials FROM trial_results"
    " WHERE state = 'done' AND train_seconds > 0 AND substr(device, 1, length(?1)) = ?1 GROUP BY arm),"
    " whole AS (SELECT sum(seconds) / sum(flops) AS seconds_a_flop, coalesce(sum(trials), 0) AS trials FROM "
    "measured)"
    " SELECT count(t.trial), whole.trials, coalesce(sum(coalesce(t.planned_steps * m.seconds / m.steps,"
    " (t.forward_flops + t.backward_flops) * whole.seconds_a_flop)), 0)"
    " FROM whole LEFT JOIN trial_results t ON t.state IN ('planned', 'running') LEFT JOIN measured m ON "
    "m.arm = t.arm";

// Steps of the newest checkpoint of every trial that has one: <key>.<step>.ckpt.
std::int64_t checkpointed_steps(const std::filesystem::path& folder) {
  std::map<std::string, std::int64_t> newest;
  std::error_code error;  // no folder, or a file that is just being removed: nothing to count
  for (std::filesystem::directory_iterator file(folder, error), end; !error && file != end;
       file.increment(error)) {
    const std::filesystem::path name = file->path().filename();
    if (name.extension() != ".ckpt") continue;
    const std::string digits = name.stem().extension().string();
    std::int64_t step = 0;
    if (digits.size() < 2) continue;
    std::from_chars(digits.data() + 1, digits.data() + digits.size(), step);
    std::int64_t& most = newest[name.stem().stem().string()];
    most = std::max(most, step);
  }
  std::int64_t sum = 0;
  for (const auto& [key, step] : newest) sum += step;
  return sum;
}

}  // namespace

std::string progress_mark(StoreReader& store) {
  try {
    const auto count = [&](const std::string& state) {
      return store.database()
          .execAndGet("SELECT count(*) FROM trials WHERE state = '" + state + "'")
          .getString();
    };
    return "done=" + count("done") + ",failed=" + count("failed") +
           ",steps=" + std::to_string(checkpointed_steps(store_folder(store.path()) / "checkpoints"));
  } catch (const SQLite::Exception& error) {
    throw UserError(describe_problem(error, store.path()));
  }
}

OpenWork open_work(StoreReader& store, std::string_view device) {
  try {
    SQLite::Statement statement(store.database(), kOpenWork);
    statement.bind(1, std::string(device));
    statement.executeStep();
    return {statement.getColumn(0).getInt64(), statement.getColumn(1).getInt64(),
            statement.getColumn(2).getDouble()};
  } catch (const SQLite::Exception& error) {
    throw UserError(describe_problem(error, store.path()));
  }
}

}  // namespace headsweep::results
