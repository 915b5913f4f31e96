// `verify`: the running sums, made again from trials and results, and the tests, from the running sums.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <span>

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/sql_text.h"
#include "results/statistics/family_tests.h"
#include "results/store_info.h"
#include "results/sums/running_sums.h"
#include "results/triggers.h"
#include "results/verify_parts.h"

namespace headsweep::results {
namespace {

void verify_counts(SQLite::Database& database, std::vector<Finding>& findings) {
  std::string sums;
  std::string differs;
  for (const std::string_view state : kTrialStateNames) {
    const std::string name(state);
    sums += ", sum(state = '" + name + "') AS " + name;
    differs += " OR a." + name + " <> t." + name;
  }
  SQLite::Statement statement(
      database,
      "SELECT t.arm FROM (SELECT sweep, arm, min(trial) AS first_trial" + sums +
          " FROM trials GROUP BY sweep, arm) t LEFT JOIN arms a ON a.sweep = t.sweep AND a.arm = t.arm"
          " WHERE a.arm IS NULL OR a.first_trial <> t.first_trial" +
          differs +
          " UNION ALL SELECT arm FROM arms a WHERE NOT EXISTS"
          " (SELECT 1 FROM trials t WHERE t.sweep = a.sweep AND t.arm = a.arm)");
  while (statement.executeStep()) {
    findings.push_back({"arms arm " + statement.getColumn(0).getString(),
                        "the numbers of its trials by state are not what its trials say"});
  }
}

// Trials of an arm that are done, or have a line in trial_values, or both.
constexpr const char* kTrialsOfArms =
    "SELECT a.number, t.trial, v.trial, v.metrics_version, v.summed, v.compared FROM arms a"
    " JOIN trials t ON t.sweep = a.sweep AND t.arm = a.arm"
    " LEFT JOIN trial_values v ON v.arm = a.number AND v.seed = t.seed"
    " WHERE t.state = 'done' OR v.trial = t.trial ORDER BY a.number, t.seed";

// One arm at a time: its trials, then its sums.
class ArmVerifier {
 public:
  ArmVerifier(SQLite::Database& database, ComparedLayout layout, std::vector<Finding>& findings)
      : database_(database), layout_(std::move(layout)), findings_(findings), read_trial_(database) {}

  void verify_all() {
    SQLite::Statement statement(database_, kTrialsOfArms);
    std::optional<std::int64_t> arm;
    while (statement.executeStep()) {
      const std::int64_t next = statement.getColumn(0).getInt64();
      if (arm && *arm != next) finish(*arm);
      arm = next;
      verify_trial(statement);
    }
    if (arm) finish(*arm);
  }

 private:
  void verify_trial(const SQLite::Statement& statement) {
    const std::int64_t trial = statement.getColumn(1).getInt64();
    const std::vector<MeasuredRow> rows = read_trial_(trial);
    const ComparedValues values = compare_rows(layout_, rows);
    const SQLite::Column stored = statement.getColumn(5);
    const std::string_view bytes(static_cast<const char*>(stored.getBlob()),
                                 static_cast<std::size_t>(stored.getBytes()));
    if (statement.getColumn(2).isNull() || statement.getColumn(2).getInt64() != trial ||
        statement.getColumn(3).getInt64() != values.metrics_version || bytes != encode_compared(values)) {
      findings_.push_back({"trial_values trial " + std::to_string(trial), "is not what its results say"});
    }
    if (statement.getColumn(4).getInt() != 0) add_rows(sums_, rows, 1);
  }

  void finish(std::int64_t arm) {
    SQLite::Statement stored(database_,
                             "SELECT name, layer, split, trials, sums FROM arm_sums WHERE arm = ?");
    stored.bind(1, arm);
    bool equal = true;
    while (stored.executeStep()) {
      const auto made = sums_.extract(
          {stored.getColumn(0).getString(), stored.getColumn(1).getInt64(), stored.getColumn(2).getString()});
      const SQLite::Column bytes = stored.getColumn(4);
      equal = equal && !made.empty() && made.mapped().trials == stored.getColumn(3).getInt64() &&
              encode_sums(made.mapped().sums, made.key().name == kTrainedName) ==
                  std::string_view(static_cast<const char*>(bytes.getBlob()),
                                   static_cast<std::size_t>(bytes.getBytes()));
    }
    if (!equal || !sums_.empty())
      findings_.push_back({"arm_sums arm " + std::to_string(arm), "is not the sum of its trials' results"});
    sums_.clear();
  }

  SQLite::Database& database_;
  ComparedLayout layout_;
  std::vector<Finding>& findings_;
  MeasuredRowReader read_trial_;
  ArmRows sums_;
};

std::vector<FamilyTest> made_again(const FamilyTester& tester, std::span<const FamilyTest> kept) {
  std::set<std::int64_t> numbers;
  for (const FamilyTest& test : kept) numbers.insert(test.arm);
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < tester.arms().size(); ++i) {
    if (tester.arms()[i].baseline && numbers.contains(tester.arms()[i].number)) places.push_back(i);
  }
  return tester.test(places);
}

// So many at a time that threads share them and their trials fit into memory.
void verify_kept_tests(SQLite::Database& database, std::vector<Finding>& findings) {
  constexpr std::size_t kAtOnce = 4096;
  const std::vector<FamilyTest> kept = read_kept_tests(database);
  const FamilyTester tester(database);
  for (std::size_t first = 0; first < kept.size(); first += kAtOnce) {
    const auto some = std::span(kept).subspan(first, std::min(kAtOnce, kept.size() - first));
    const std::vector<FamilyTest> made = made_again(tester, some);
    for (const FamilyTest& test : some) {
      if (std::ranges::find(made, test) != made.end()) continue;
      findings.push_back({"sign_flip_tests arm " + std::to_string(test.arm),
                          "the test of " + std::string(metrics::metric_info(test.metric).name) +
                              " is not what its trials say"});
    }
  }
}

}  // namespace

void verify_sums(SQLite::Database& database, std::vector<Finding>& findings) {
  if (get_info(database, kSumsInfo).empty()) return;  // older, or without a sweep: there are none
  verify_counts(database, findings);
  const auto layout = stored_compared_layout(database);
  if (!layout || !has_running_sums(database)) {
    findings.push_back(
        {"store_info sums", "running sums are of another analysis; the next run makes them anew"});
    return;
  }
  ArmVerifier(database, *layout, findings).verify_all();
  verify_kept_tests(database, findings);
}

}  // namespace headsweep::results
