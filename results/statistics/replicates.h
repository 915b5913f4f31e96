// The trials behind the arms, and what was measured of them.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <SQLiteCpp/Statement.h>

#include "results/statistics/arms.h"
#include "results/statistics/statistics.h"

namespace headsweep::results {

struct Replicate {
  std::int64_t trial;
  std::uint32_t seed;
  std::string state;  // as in the table `trials`
};

// Arms in plan order and the trials of each, by seed. Pruned trials are left out.
struct Replicates {
  std::vector<Arm> arms;
  std::vector<std::vector<Replicate>> trials;  // by arm
};

// Throws SQLite::Exception.
Replicates read_replicates(SQLite::Database& database, std::int64_t sweep, const SweepAnalysis& analysis);

// Axes of the sweep that have a column in `trials` and stand in no field of Arm of their own.
std::vector<std::string> other_axes(SQLite::Database& database, const SweepAnalysis& analysis);

// The settings of an arm, from one of its trials. Prepared statement.
class ArmReader {
 public:
  ArmReader(SQLite::Database& database, std::vector<std::string> axes);

  Arm operator()(std::int64_t trial);

 private:
  std::vector<std::string> axes_;
  SQLite::Statement statement_;
};

// Counts the failed trials of each arm that had an attempt whose loss was not finite.
void count_diverged(SQLite::Database& database, Replicates& replicates);

// A metric of one trial, on the scale of its analysis (walk times: log10).
struct Measured {
  double value = std::numeric_limits<double>::quiet_NaN();
  std::int64_t censored = 0;
  std::int64_t sequences = 0;
};

// From the analysis' scale to the metric's unit.
double in_unit(metrics::Metric metric, double value);

// The values of every trial at every place.
class MeasuredValues {
 public:
  // Places are `layers` x `metrics`; see Place. Nothing is measured yet.
  MeasuredValues(const Replicates& replicates, std::vector<std::string> layers,
                 std::vector<metrics::Metric> metrics);

  // Reads the rows of `table` (layer_metrics, at_accuracy or baselines) under a condition that may name its columns.
  // Throws SQLite::Exception.
  void read(SQLite::Database& database, const std::string& table, const std::string& condition);

  // The values of one trial, in the order of the metrics, at the only layer. Requires one layer.
  void set(std::size_t arm, std::size_t trial, std::int64_t version, std::span<const double> values);

  [[nodiscard]] std::span<const Place> places() const { return places_; }
  // Arm, number of the trial within it, number of the place.
  [[nodiscard]] const Measured& at(std::size_t arm, std::size_t trial, std::size_t place) const;
  // Of the formulas behind the trial's values; 0: it has none.
  [[nodiscard]] std::int64_t version(std::size_t arm, std::size_t trial) const;

 private:
  void fill(std::size_t trial, std::int64_t layer, std::span<const Measured> row);
  void finish_means();

  std::vector<std::string> layers_;
  std::vector<metrics::Metric> metrics_;
  std::vector<Place> places_;
  std::vector<std::size_t> first_trial_;   // by arm: where its trials begin among all of them
  std::vector<std::int64_t> numbers_;      // trial numbers, by arm and seed
  std::vector<std::int64_t> layer_count_;  // of each trial
  std::vector<std::int64_t> versions_;
  std::vector<Measured> values_;  // trial-major
};

}  // namespace headsweep::results
