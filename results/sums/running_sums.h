// What the writer keeps beside the rows of results, so that `summary` and the statistics need not read all of them:
// the table trial_values, a line a finished trial, and arm_sums, exact sums over the seeds of an arm.
//
// A trial enters trial_values with its result and arm_sums later, together with others of its arm (column `summed`), while
// the writer has nothing else to do; who reads sums adds the rows of trials that are not summed yet. Exact sums do not depend on
// when that happens. `verify` makes all of it again.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "protocol/messages.h"
#include "results/sums/compared_values.h"
#include "results/sums/summed_values.h"

namespace headsweep::results {

// Arms with fewer trials that are not summed are left as they are: reading these is as quick.
inline constexpr std::int64_t kSummedAtOnce = 32;

// The sums of one arm by (name, layer, split), with the trials behind each.
struct ArmRow {
  std::int64_t trials = 0;
  RowSums sums = RowSums(summed_values().size());
};
struct ArmPlace {
  std::string name;
  std::int64_t layer;
  std::string split;

  auto operator<=>(const ArmPlace&) const = default;
};
using ArmRows = std::map<ArmPlace, ArmRow>;

// Sums of an arm in which trials are now that were not summed before.
struct SummedArm {
  std::int64_t arm = 0;
  ArmRows rows = {};
  std::vector<std::pair<std::int64_t, std::int64_t>> trials = {};  // seed, trial: those added
};

// Adds trials to the stored sums of their arm; reads only, so that threads with connections of their own may share the arms.
// Prepared statements. Throws SQLite::Exception, and UserError where stored sums cannot be read.
class ArmSummer {
 public:
  explicit ArmSummer(SQLite::Database& database);
  ~ArmSummer();
  ArmSummer(ArmSummer&&) noexcept;

  // With up to a thousand trials more.
  SummedArm operator()(std::int64_t arm);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Prepared statements, used by one thread, inside the caller's transactions. Throws SQLite::Exception.
class RunningSums {
 public:
  explicit RunningSums(SQLite::Database& database);
  ~RunningSums();
  RunningSums(RunningSums&&) noexcept;

  // The trial's result was inserted. Returns its arm, a row of `arms`.
  std::int64_t add(protocol::TrialId trial, const std::vector<MeasuredRow>& rows);
  // The trial's result is about to be deleted.
  void remove(protocol::TrialId trial);
  // Whether an arm has at least kSummedAtOnce trials that are not summed.
  [[nodiscard]] bool can_sum() const;
  // Sums up to a thousand of one such arm. Requires can_sum().
  void sum_some();
  // Up to `most` arms with at least kSummedAtOnce trials that are not summed.
  [[nodiscard]] std::vector<std::int64_t> ready_arms(std::size_t most) const;
  // Replaces the sums of an arm; its trials count as summed.
  void write(const SummedArm& arm);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Makes all of it anew where it was made for another analysis or by a program with other metrics. `anew`: in any case.
void refresh_running_sums(SQLite::Database& database, bool anew = false);

// Adds done trials that are not in trial_values: their results were there before they came back into the plan.
void add_missing_trials(SQLite::Database& database);

// Whether the store has running sums that this program reads: an older one that no run has opened since has none.
bool has_running_sums(SQLite::Database& database);

void add_rows(ArmRows& arm, const std::vector<MeasuredRow>& rows, int sign);

// Stored sums of an arm without those of its trials that are not summed yet. `arm`: its row in `arms`. Throws UserError if
// they cannot be read.
ArmRows read_arm_sums(SQLite::Database& database, std::int64_t arm, const std::string& schema = "main");
// The same in place of those of another arm, whose memory it takes: for who reads one arm after another.
void replace_arm_sums(SQLite::Database& database, std::int64_t arm, ArmRows& rows,
                      const std::string& schema = "main");

}  // namespace headsweep::results
