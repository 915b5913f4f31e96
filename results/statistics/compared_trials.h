// The trials behind some arms of a sweep with the values that its statistics compare, from the running sums of the store
// (results/sums/): a line a trial is read instead of every row of results.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "results/statistics/replicates.h"
#include "results/statistics/stored_arms.h"

namespace headsweep::results {

class ComparedTrials {
 public:
  // `arms`: of read_stored_arms(), in their order. Throws SQLite::Exception.
  ComparedTrials(SQLite::Database& database, std::int64_t sweep, const SweepAnalysis& analysis,
                 std::span<const StoredArm> arms);

  // Those arms as read_replicates() has them, but Arm::reached_accuracy is left at 0.
  [[nodiscard]] const Replicates& replicates() const { return replicates_; }

  // Of `metrics`, each one of compared_metrics(), at the layers of [analysis]: of the trained model, or of a null by its
  // name. Measured::censored and sequences are left at 0.
  [[nodiscard]] MeasuredValues values(const std::vector<metrics::Metric>& metrics) const;
  // Whether the null was measured with any trial of the sweep, or is in closed form.
  [[nodiscard]] bool has_null(std::string_view null) const;
  [[nodiscard]] MeasuredValues null_values(std::string_view null,
                                           const std::vector<metrics::Metric>& metrics) const;

 private:
  void read_arms(std::span<const StoredArm> arms);
  void read_lines(std::span<const StoredArm> arms);
  void read_unfinished(std::span<const StoredArm> arms);
  void sort_by_seed();
  void add_arm_skill();
  [[nodiscard]] MeasuredValues values_of_model(std::size_t model,
                                               const std::vector<metrics::Metric>& metrics) const;
  [[nodiscard]] MeasuredValues closed_values(std::string_view null,
                                             const std::vector<metrics::Metric>& metrics) const;

  SQLite::Database& database_;
  std::int64_t sweep_;
  const SweepAnalysis& analysis_;
  std::vector<metrics::Metric> compared_;  // what a line has
  Replicates replicates_;
  std::string bytes_;  // of all lines
  // By arm and trial: where the trial's numbers lie in bytes_; size 0: it has none.
  struct Place {
    std::size_t first;
    std::size_t size;
    std::int64_t version;
  };
  std::vector<std::vector<Place>> places_;
};

}  // namespace headsweep::results
