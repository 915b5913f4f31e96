#include "results/sums/running_sums.h"

#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

#include "errors/check.h"
#include "errors/user_error.h"
#include "results/store_info.h"

namespace headsweep::results {
namespace {

constexpr std::int64_t kMostAtOnce = 1000;  // bounds the time until the writer looks at its queue again

std::unordered_map<std::int64_t, std::int64_t> unsummed_by_arm(SQLite::Database& database) {
  SQLite::Statement statement(database,
                              "SELECT arm, count(*) FROM trial_values WHERE NOT summed GROUP BY arm");
  std::unordered_map<std::int64_t, std::int64_t> counts;
  while (statement.executeStep())
    counts[statement.getColumn(0).getInt64()] = statement.getColumn(1).getInt64();
  return counts;
}

void bind_blob(SQLite::Statement& statement, int index, const std::string& bytes) {
  statement.bind(index, static_cast<const void*>(bytes.data()), static_cast<int>(bytes.size()));
}

}  // namespace

struct RunningSums::Impl {
  SQLite::Database& database;
  std::optional<ComparedLayout> layout;
  std::unordered_map<std::int64_t, std::int64_t> unsummed;  // trials by arm
  std::set<std::int64_t> ready;                             // arms with enough of them
  MeasuredRowReader read_trial;
  ArmSummer sum_arm;
  SQLite::Statement insert;
  SQLite::Statement of_trial;
  SQLite::Statement erase;
  SQLite::Statement mark;
  SQLite::Statement write_sums;
  SQLite::Statement erase_sums;

  explicit Impl(SQLite::Database& opened);
  void count_unsummed(std::int64_t arm, std::int64_t more);
  void write(std::int64_t arm, const ArmRows& rows);
};

RunningSums::Impl::Impl(SQLite::Database& opened)
    : database(opened),
      layout(stored_compared_layout(opened)),
      read_trial(opened),
      sum_arm(opened),
      insert(opened,
             "INSERT INTO trial_values (arm, seed, trial, metrics_version, summed, compared) SELECT a.number,"
             " t.seed, t.trial, ?, 0, ? FROM trials t JOIN arms a ON a.sweep = t.sweep AND a.arm = t.arm"
             " WHERE t.trial = ? RETURNING arm"),
      of_trial(
          opened,
          "SELECT v.arm, v.seed, v.summed FROM trials t JOIN arms a ON a.sweep = t.sweep AND a.arm = t.arm"
          " JOIN trial_values v ON v.arm = a.number AND v.seed = t.seed AND v.trial = t.trial"
          " WHERE t.trial = ?"),
      erase(opened, "DELETE FROM trial_values WHERE arm = ? AND seed = ? AND trial = ?"),
      mark(opened, "UPDATE trial_values SET summed = 1 WHERE arm = ? AND seed = ? AND trial = ?"),
      write_sums(opened,
                 "INSERT INTO arm_sums (arm, name, layer, split, trials, sums) VALUES (?, ?, ?, ?, ?, ?)"
                 " ON CONFLICT DO UPDATE SET trials = excluded.trials, sums = excluded.sums"),
      erase_sums(opened, "DELETE FROM arm_sums WHERE arm = ? AND name = ? AND layer = ? AND split = ?") {
  for (const auto& [arm, count] : unsummed_by_arm(opened)) count_unsummed(arm, count);
}

void RunningSums::Impl::count_unsummed(std::int64_t arm, std::int64_t more) {
  std::int64_t& count = unsummed[arm];
  count += more;
  if (count >= kSummedAtOnce) {
    ready.insert(arm);
  } else {
    ready.erase(arm);
  }
}

void RunningSums::Impl::write(std::int64_t arm, const ArmRows& rows) {
  for (const auto& [place, row] : rows) {
    SQLite::Statement& statement = row.trials == 0 ? erase_sums : write_sums;
    const std::string bytes = encode_sums(row.sums, place.name == kTrainedName);
    statement.bind(1, arm);
    statement.bind(2, place.name);
    statement.bind(3, place.layer);
    statement.bind(4, place.split);
    if (row.trials != 0) {
      statement.bind(5, row.trials);
      bind_blob(statement, 6, bytes);
    }
    statement.exec();
    statement.reset();
  }
}

RunningSums::RunningSums(SQLite::Database& database) : impl_(std::make_unique<Impl>(database)) {}
RunningSums::~RunningSums() = default;
RunningSums::RunningSums(RunningSums&&) noexcept = default;

std::int64_t RunningSums::add(protocol::TrialId trial, const std::vector<MeasuredRow>& rows) {
  check(impl_->layout.has_value(), "results without a sweep");
  const ComparedValues values = compare_rows(*impl_->layout, rows);
  const std::string bytes = encode_compared(values);
  SQLite::Statement& insert = impl_->insert;
  insert.bind(1, values.metrics_version);
  bind_blob(insert, 2, bytes);
  insert.bind(3, trial);
  check(insert.executeStep(), "a result of no trial");
  const std::int64_t arm = insert.getColumn(0).getInt64();
  insert.executeStep();
  insert.reset();
  impl_->count_unsummed(arm, 1);
  return arm;
}

void RunningSums::remove(protocol::TrialId trial) {
  SQLite::Statement& find = impl_->of_trial;
  find.bind(1, trial);
  if (!find.executeStep()) {
    find.reset();
    return;
  }
  const std::int64_t arm = find.getColumn(0).getInt64();
  const std::int64_t seed = find.getColumn(1).getInt64();
  const bool summed = find.getColumn(2).getInt() != 0;
  find.reset();
  if (summed) {
    ArmRows rows = read_arm_sums(impl_->database, arm);
    add_rows(rows, impl_->read_trial(trial), -1);
    impl_->write(arm, rows);
  } else {
    impl_->count_unsummed(arm, -1);
  }
  impl_->erase.bind(1, arm);
  impl_->erase.bind(2, seed);
  impl_->erase.bind(3, trial);
  impl_->erase.exec();
  impl_->erase.reset();
}

void RunningSums::write(const SummedArm& arm) {
  for (const auto& [seed, trial] : arm.trials) {
    impl_->mark.bind(1, arm.arm);
    impl_->mark.bind(2, seed);
    impl_->mark.bind(3, trial);
    impl_->mark.exec();
    impl_->mark.reset();
  }
  impl_->write(arm.arm, arm.rows);
  impl_->count_unsummed(arm.arm, -std::ssize(arm.trials));
}

std::vector<std::int64_t> RunningSums::ready_arms(std::size_t most) const {
  std::vector<std::int64_t> arms;
  for (auto arm = impl_->ready.begin(); arm != impl_->ready.end() && arms.size() < most; ++arm)
    arms.push_back(*arm);
  return arms;
}

bool RunningSums::can_sum() const {
  return !impl_->ready.empty();
}

void RunningSums::sum_some() {
  write(impl_->sum_arm(*impl_->ready.begin()));
}

struct ArmSummer::Impl {
  SQLite::Database& database;
  MeasuredRowReader read_trial;
  SQLite::Statement some_unsummed;

  explicit Impl(SQLite::Database& opened)
      : database(opened),
        read_trial(opened),
        some_unsummed(opened, "SELECT seed, trial FROM trial_values WHERE arm = ? AND NOT summed LIMIT ?") {}
};

ArmSummer::ArmSummer(SQLite::Database& database) : impl_(std::make_unique<Impl>(database)) {}
ArmSummer::~ArmSummer() = default;
ArmSummer::ArmSummer(ArmSummer&&) noexcept = default;

SummedArm ArmSummer::operator()(std::int64_t arm) {
  SummedArm summed{arm, read_arm_sums(impl_->database, arm)};
  SQLite::Statement& some = impl_->some_unsummed;
  some.bind(1, arm);
  some.bind(2, kMostAtOnce);
  while (some.executeStep())
    summed.trials.emplace_back(some.getColumn(0).getInt64(), some.getColumn(1).getInt64());
  some.reset();
  for (const auto& [seed, trial] : summed.trials) add_rows(summed.rows, impl_->read_trial(trial), 1);
  return summed;
}

void add_rows(ArmRows& arm, const std::vector<MeasuredRow>& rows, int sign) {
  for (const MeasuredRow& row : rows) {
    ArmRow& sums = arm[{row.name, row.layer, row.split}];
    sums.trials += sign;
    for (std::size_t i = 0; i < row.values.size(); ++i)
      sums.sums[i].add(row.values[i], row.censored[i], sign);
  }
}

ArmRows read_arm_sums(SQLite::Database& database, std::int64_t arm, const std::string& schema) {
  ArmRows rows;
  replace_arm_sums(database, arm, rows, schema);
  return rows;
}

void replace_arm_sums(SQLite::Database& database, std::int64_t arm, ArmRows& rows,
                      const std::string& schema) {
  SQLite::Statement statement(
      database, "SELECT name, layer, split, trials, sums FROM " + schema + ".arm_sums WHERE arm = ?");
  statement.bind(1, arm);
  ArmRows before = std::exchange(rows, {});
  while (statement.executeStep()) {
    const ArmPlace place{statement.getColumn(0).getString(), statement.getColumn(1).getInt64(),
                         statement.getColumn(2).getString()};
    auto known = before.extract(place);
    ArmRow& row = known ? rows.insert(std::move(known)).position->second : rows[place];
    row.trials = statement.getColumn(3).getInt64();
    const SQLite::Column bytes = statement.getColumn(4);
    if (!decode_sums({static_cast<const char*>(bytes.getBlob()), static_cast<std::size_t>(bytes.getBytes())},
                     place.name == kTrainedName, row.sums))
      throw UserError("the running sums of arm " + std::to_string(arm) +
                      " are damaged; see headsweep verify");
  }
}

bool has_running_sums(SQLite::Database& database) {
  const std::string stored = get_info(database, kSumsInfo);
  const auto layout = stored_compared_layout(database);
  return layout && stored == summed_layout() + " " + layout->text();
}

void add_missing_trials(SQLite::Database& database) {
  SQLite::Statement missing(database,
                            "SELECT t.trial FROM trials t JOIN arms a ON a.sweep = t.sweep AND a.arm = t.arm"
                            " LEFT JOIN trial_values v ON v.arm = a.number AND v.seed = t.seed"
                            " WHERE t.state = 'done' AND v.trial IS NULL ORDER BY a.number, t.seed");
  std::vector<std::int64_t> trials;
  while (missing.executeStep()) trials.push_back(missing.getColumn(0).getInt64());
  RunningSums sums(database);
  MeasuredRowReader read_trial(database);
  for (const std::int64_t trial : trials) sums.add(trial, read_trial(trial));
}

void refresh_running_sums(SQLite::Database& database, bool anew) {
  const auto layout = stored_compared_layout(database);
  if (!layout) return;  // there is no sweep yet, and no result
  if (!anew && has_running_sums(database)) return;
  database.exec("DELETE FROM arm_sums; DELETE FROM trial_values");
  set_info(database, kSumsInfo, summed_layout() + " " + layout->text());
  add_missing_trials(database);
  RunningSums sums(database);
  while (sums.can_sum()) sums.sum_some();
}

}  // namespace headsweep::results
