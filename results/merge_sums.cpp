#include "results/merge_sums.h"

#include <memory>
#include <utility>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/connection.h"
#include "results/side_by_side.h"
#include "results/store_info.h"
#include "results/sums/kept_tests.h"
#include "results/sums/running_sums.h"

namespace headsweep::results {
namespace {

std::string source_info(SQLite::Database& database) {
  SQLite::Statement statement(database, "SELECT value FROM source.store_info WHERE name = ?");
  statement.bind(1, std::string(kSumsInfo));
  return statement.executeStep() ? statement.getColumn(0).getString() : "";
}

void copy_trial_values(SQLite::Database& database) {
  database.exec(
      "INSERT INTO main.trial_values (arm, seed, trial, metrics_version, summed, compared)"
      " SELECT a.number, v.seed, m.new, v.metrics_version, 0, v.compared FROM source.trial_values v"
      " JOIN merged_trials m ON m.old = v.trial AND m.taken JOIN main.trials t ON t.trial = m.new"
      " JOIN main.arms a ON a.sweep = t.sweep AND a.arm = t.arm");
}

// Arms of the source whose summed trials were all taken, with their numbers here.
std::vector<std::pair<std::int64_t, std::int64_t>> whole_arms(SQLite::Database& database) {
  SQLite::Statement statement(
      database,
      "SELECT s.number, a.number FROM source.arms s JOIN merged_sweeps w ON w.old = s.sweep"
      " JOIN main.arms a ON a.sweep = w.new AND a.arm = s.arm"
      " WHERE s.number IN (SELECT arm FROM source.arm_sums) AND NOT EXISTS (SELECT 1 FROM "
      "source.trial_values v"
      " JOIN merged_trials m ON m.old = v.trial WHERE v.arm = s.number AND v.summed AND NOT m.taken)");
  std::vector<std::pair<std::int64_t, std::int64_t>> arms;
  while (statement.executeStep())
    arms.emplace_back(statement.getColumn(0).getInt64(), statement.getColumn(1).getInt64());
  return arms;
}

constexpr std::size_t kMostReaders = 16;
constexpr std::size_t kArmsAtOnce = 64;          // sums of an arm take a megabyte
constexpr std::size_t kArmsTestedAtOnce = 2048;  // enough for several threads

// A connection of a thread's own.
struct SumReader {
  explicit SumReader(const std::filesystem::path& file)
      : database(std::make_unique<SQLite::Database>(open_for_reading(file))), sum(*database) {}

  std::unique_ptr<SQLite::Database> database;
  ArmSummer sum;
};

// In the order of `arms`.
std::vector<SummedArm> sum_with(std::vector<SumReader>& readers, const std::vector<std::int64_t>& arms) {
  std::vector<SummedArm> summed(arms.size());
  side_by_side(readers.size(), [&](std::size_t first) {
    for (std::size_t i = first; i < arms.size(); i += readers.size()) summed[i] = readers[first].sum(arms[i]);
  });
  return summed;
}

}  // namespace

void merge_sums(SQLite::Database& database) {
  const std::string of_source = source_info(database);
  if (get_info(database, kSumsInfo).empty()) set_info(database, kSumsInfo, of_source);
  if (of_source.empty() || of_source != get_info(database, kSumsInfo)) {
    add_missing_trials(database);
    return;
  }
  copy_trial_values(database);
  RunningSums sums(database);
  SQLite::Statement mark(database,
                         "UPDATE main.trial_values SET summed = 1 WHERE arm = ? AND seed IN"
                         " (SELECT seed FROM source.trial_values WHERE arm = ? AND summed)");
  for (const auto& [there, here] : whole_arms(database)) {
    ArmRows rows = read_arm_sums(database, here);
    for (const auto& [place, row] : read_arm_sums(database, there, "source")) {
      ArmRow& mine = rows[place];
      mine.trials += row.trials;
      for (std::size_t i = 0; i < row.sums.size(); ++i) mine.sums[i].add(row.sums[i]);
    }
    sums.write({here, std::move(rows)});
    mark.bind(1, here);
    mark.bind(2, there);
    mark.exec();
    mark.reset();
  }
}

void finish_merged_sums(SQLite::Database& database, const std::filesystem::path& file) {
  {
    SQLite::Transaction transaction(database);  // else every statement would be one
    refresh_running_sums(database);
    transaction.commit();
  }
  RunningSums sums(database);
  std::vector<SumReader> readers;
  for (std::size_t i = 0; i < threads_at_once(kMostReaders); ++i) readers.emplace_back(file);
  while (sums.can_sum()) {
    const std::vector<SummedArm> summed = sum_with(readers, sums.ready_arms(kArmsAtOnce));
    SQLite::Transaction transaction(database);
    for (const SummedArm& arm : summed) sums.write(arm);
    transaction.commit();
  }
  KeptTests tests(database);
  SQLite::Transaction transaction(database);
  while (tests.can_test()) tests.test_some(kArmsTestedAtOnce);
  transaction.commit();
}

}  // namespace headsweep::results
