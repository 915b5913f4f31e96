#include "results/merge.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <set>

#include <SQLiteCpp/SQLiteCpp.h>

#include "errors/user_error.h"
#include "results/building_folder.h"
#include "results/clock.h"
#include "results/connection.h"
#include "results/merge_agreement.h"
#include "results/merge_files.h"
#include "results/merge_numbers.h"
#include "results/merge_rows.h"
#include "results/merge_sums.h"
#include "results/recovery.h"
#include "results/row_insert.h"
#include "results/schema.h"
#include "results/store.h"
#include "results/store_info.h"
#include "results/tables.h"
#include "results/tf32_results.h"
#include "sweep/shard.h"

namespace headsweep::results {
namespace {

namespace fs = std::filesystem;

constexpr const char* kEvent = "merged";
const std::string kTaken = "s.trial IN (SELECT old FROM merged_trials WHERE taken)";
// Rows of a trial's results, those that others refer to first.
constexpr std::array<const char*, 5> kMeasured = {"layer_metrics", "head_metrics", "node_fidelity", "curves",
                                                  "curve_metrics"};
// The same with numbers of their own, that are given anew; in one of them not all rows are of a trial.
constexpr std::array<const char*, 2> kNumbered = {"sequence_metrics", "baselines"};

void require_mergeable(const fs::path& store) {
  SQLite::Database database = open_for_reading(store);
  const int version = database.execAndGet("PRAGMA user_version").getInt();
  if (version != kSchemaVersion) {
    throw UserError(store.string() + " has schema " + std::to_string(version) + ", this program's is " +
                    std::to_string(kSchemaVersion) + "; run its sweep once more, which brings it up to date");
  }
  if (const auto owner = current_owner(store_folder(store) / "owner")) {
    throw UserError(store.string() + " is in use by " + describe(*owner) + ": wait until it ends");
  }
}

void require_arguments(const fs::path& out, const std::vector<fs::path>& stores, bool replace) {
  std::set<fs::path> seen = {fs::weakly_canonical(out)};
  for (const fs::path& store : stores) {
    require_mergeable(store);
    if (!seen.insert(fs::weakly_canonical(store)).second) throw UserError(store.string() + " is named twice");
  }
  if (!fs::exists(out)) return;
  require_store_or_nothing(out);
  if (!replace)
    throw UserError(out.string() + " is there already; give another OUT, or --replace to make it anew");
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw UserError("cannot create " + folder.string() + ": " + error.message());
}

void add_event(SQLite::Database& database, const std::string& message, Cell trial) {
  RowInsert event(database, "events", hashed_columns(find_table("events")));
  event(std::vector<Cell>{utc_now(), kEvent, message, std::move(trial), Cell()});
}

// Only trials of which neither store has results: planned gives way to what became of it elsewhere.
void settle_states(SQLite::Database& database) {
  database.exec(
      "UPDATE main.trials SET state = (SELECT s.state FROM merged_trials t JOIN source.trials s ON s.trial = "
      "t.old"
      " WHERE t.new = main.trials.trial) WHERE trial IN (SELECT new FROM merged_trials WHERE taken AND NOT "
      "fresh)");
  database.exec(
      "WITH ranks (state, rank) AS (VALUES ('failed', 4), ('cancelled', 3), ('planned', 2), ('running', 2),"
      " ('pruned', 1)) UPDATE main.trials SET state = n.state FROM (SELECT t.new AS trial, s.state,"
      " (SELECT rank FROM ranks r WHERE r.state = s.state) AS rank FROM merged_trials t"
      " JOIN source.trials s ON s.trial = t.old WHERE NOT t.fresh AND NOT t.taken) n"
      " WHERE n.trial = main.trials.trial AND n.rank > (SELECT rank FROM ranks r WHERE r.state = "
      "main.trials.state)");
}

class Merger {
 public:
  explicit Merger(const fs::path& file) : file_(file), database_(open_for_writing(file)) {
    // What is built is thrown away whole if it is not finished.
    database_.exec(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF;"
        "PRAGMA cache_size = -524288; PRAGMA temp_store = MEMORY");
    migrate(database_);
  }

  // Adds a store; its files go to `folder`.
  void add(const fs::path& store, const fs::path& folder, MergeReport& report) {
    attach(store);
    {
      SQLite::Transaction transaction(database_);
      const MergeNumbers numbers(database_);
      require_equal_kind(store);
      require_agreement(store);
      note_other_numerics(store, report);
      copy(numbers);
      add_shard();
      transaction.commit();
    }
    files_.copy(store_folder(store), folder, trial_numbers());
    database_.exec("DETACH source");
    ++report.stores;
  }

  void finish(const std::vector<fs::path>& stores, MergeReport& report) {
    recover_lost_run(database_, std::nullopt);
    finish_merged_sums(database_, file_);
    set_info(database_, kShardInfo, shard_text(report));
    std::string names;
    for (const fs::path& store : stores) names += (names.empty() ? "" : ", ") + store.string();
    add_event(database_, "of " + names, Cell());
    const auto count = [&](const std::string& condition) {
      return database_.execAndGet("SELECT count(*) FROM trials WHERE " + condition).getInt64();
    };
    report.trials = count("state <> 'pruned'");
    report.done = count("state = 'done'");
    database_.exec("PRAGMA journal_mode = DELETE");
  }

 private:
  void attach(const fs::path& store) {
    SQLite::Statement statement(database_, "ATTACH ? AS source");
    statement.bind(1, fs::absolute(store).string());
    statement.exec();
  }

  void require_equal_kind(const fs::path& store) {
    const auto own = tf32_of_results(database_);
    const auto other = tf32_of_results(database_, "source");
    if (!own || !other || *own == *other) return;
    throw UserError(store.string() +
                    (*other ? " has results with TF32, a store named before it without"
                            : " has results without TF32, a store named before it with it") +
                    ": their means and tests would mix");
  }

  void require_agreement(const fs::path& store) {
    const auto found = find_disagreement(database_);
    if (!found) return;
    throw UserError(
        "trial " + std::to_string(found->trial) + " of " + store.string() +
        " has other values than a store named before it (" + found->table +
        "), though their numerics are equal: one of them is not what was trained; see headsweep verify");
  }

  void note_other_numerics(const fs::path& store, MergeReport& report) {
    const std::vector<std::int64_t> trials = find_other_numerics(database_);
    if (trials.empty()) return;
    for (const std::int64_t trial : trials) {
      add_event(database_, "the first result was kept; " + store.string() + " has one of other numerics",
                trial);
    }
    report.notes.push_back(store.string() + ": " + std::to_string(trials.size()) +
                           " trials were trained before with other numerics; the first was kept");
  }

  void copy(const MergeNumbers& numbers) {
    copy_plan(numbers);
    for (const char* table : {"workers", "attempts"})
      copy_renumbered_rows(database_, table, numbers.renumbering(), "true");
    copy_renumbered_rows(database_, "results", numbers.renumbering(), kTaken);
    for (const char* table : kMeasured) {
      if (numbers.identical() && numbers.takes_all()) {
        copy_all_rows(database_, table);
      } else {
        copy_measured(table, numbers);
      }
    }
    for (const char* table : kNumbered) copy_measured(table, numbers);
    copy_renumbered_rows(database_, "events", numbers.renumbering(), "true");
    settle_states(database_);
    merge_sums(database_);
  }

  void copy_measured(const char* table, const MergeNumbers& numbers) {
    if (numbers.identical()) {
      copy_rows(database_, table, kTaken);
    } else {
      copy_renumbered_rows(database_, table, numbers.renumbering(), kTaken);
    }
  }

  void copy_plan(const MergeNumbers& numbers) {
    const Renumbering& renumbering = numbers.renumbering();
    const std::string fresh_sweep = "s.sweep IN (SELECT old FROM merged_sweeps WHERE fresh)";
    copy_renumbered_rows(database_, "sweeps", renumbering, fresh_sweep);
    copy_renumbered_rows(database_, "amendments", renumbering, fresh_sweep);
    const std::string fresh_trial = "s.trial IN (SELECT old FROM merged_trials WHERE fresh)";
    if (numbers.identical()) {
      copy_rows(database_, "trials", fresh_trial);
    } else {
      copy_renumbered_rows(database_, "trials", renumbering, fresh_trial);
    }
    copy_renumbered_rows(
        database_, "baselines", renumbering,
        "s.trial IS NULL AND NOT EXISTS (SELECT 1 FROM main.baselines m JOIN merged_sweeps w ON w.new = "
        "m.sweep"
        " WHERE w.old = s.sweep AND m.trial IS NULL AND m.name = s.name AND m.length = s.length"
        " AND m.horizon = s.horizon)");
  }

  TrialNumbers trial_numbers() {
    TrialNumbers numbers;
    SQLite::Statement statement(database_, "SELECT old, new FROM merged_trials");
    while (statement.executeStep())
      numbers[statement.getColumn(0).getInt64()] = statement.getColumn(1).getInt64();
    return numbers;
  }

  void add_shard() {
    SQLite::Statement statement(database_, "SELECT value FROM source.store_info WHERE name = ?");
    statement.bind(1, std::string(kShardInfo));
    if (statement.executeStep()) {
      shards_.insert(statement.getColumn(0).getString());
    } else {
      any_whole_ = true;
    }
  }

  // "" if a store of the whole plan was among them or the shards make it; else those there are.
  std::string shard_text(MergeReport& report) const {
    if (any_whole_) return "";
    std::string text;
    std::int64_t count = 0;
    for (const std::string& shard : shards_) {
      text += (text.empty() ? "" : ",") + shard;
      if (const auto parsed = sweep::parse_shard(shard)) count = parsed->count;
    }
    std::string missing;
    for (std::int64_t i = 1; i <= count; ++i) {
      const std::string shard = sweep::to_text({i, count});
      if (!shards_.contains(shard)) missing += " " + shard;
    }
    if (count > 0 && missing.empty()) return "";
    report.notes.push_back("not the whole sweep: missing are the shards" + missing);
    return text;
  }

  fs::path file_;
  SQLite::Database database_;
  MergedFiles files_;
  std::set<std::string> shards_;
  bool any_whole_ = false;
};

}  // namespace

MergeReport merge_stores(const fs::path& out, const std::vector<fs::path>& stores, bool replace,
                         const OwnerPatience& patience) {
  require_arguments(out, stores, replace);
  const fs::path folder = store_folder(out);
  make_folder(folder);
  const OwnerLock lock(folder / "owner", out, patience);
  const BuildingFolder building(folder);
  const fs::path merged = building.path() / "merged.db";
  MergeReport report;
  try {
    Merger merger(merged);
    for (const fs::path& store : stores) merger.add(store, folder, report);
    merger.finish(stores, report);
  } catch (const SQLite::Exception& error) {
    throw UserError(describe_problem(error, out));
  }
  if (lock.is_lost()) throw UserError(taken_over(out));
  put_in_place(merged, out);
  return report;
}

}  // namespace headsweep::results
