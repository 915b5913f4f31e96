// The arms of a sweep and what happened to their trials.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "results/table.h"

namespace SQLite {
class Database;
}

namespace headsweep::results {

// [replicate]: see docs/statistics.md.
struct ReplicateRule {
  std::string metric;
  double half_width;
  std::int64_t max_seeds;
  std::vector<std::uint32_t> first_seeds;  // those of the sweep, which fix the variance
};

// What a frozen sweep says of its analysis, from its canonical form.
struct SweepAnalysis {
  std::vector<std::string> primary;  // metric names
  std::string split = "heldout";
  std::string layers = "mean";           // mean | last | a layer number
  std::map<std::string, Cell> baseline;  // dotted setting -> value
  std::vector<std::string> axes;  // columns of trial_results that the axes vary, in the order of the file
  std::optional<ReplicateRule> replicate;
  std::vector<std::string> along_heads;  // those that change together with `heads`, itself included
};

// Reads canonical JSON as the store has it. Throws UserError if it is damaged.
SweepAnalysis parse_analysis(const std::string& canonical);

struct AxisValue {
  std::string column;  // of trial_results
  Cell value;

  bool operator==(const AxisValue&) const = default;
};

struct Arm {
  std::string arm;                          // hash, as in the views
  std::optional<std::string> baseline_arm;  // none: it is a baseline, or the sweep names none
  std::string task;
  std::int64_t heads;
  std::int64_t layers;
  std::int64_t length;
  std::int64_t horizon;
  std::vector<AxisValue> axes;  // every axis of the sweep but task and heads
  std::string label;            // "copy, heads 4, rho 0.5"-like: task, heads and axes as people read them
  // Trials of the plan. planned = done + failed + unfinished (planned, running, cancelled).
  std::int64_t planned = 0;
  std::int64_t done = 0;
  std::int64_t failed = 0;
  std::int64_t diverged = 0;          // failed ones with an attempt whose loss was not finite
  std::int64_t reached_accuracy = 0;  // done ones with 90% of the ceiling accuracy at the end
  double accuracy;                    // mean of the done ones, held-out; NaN without any
  double loss;

  // Of done and failed; NaN without any.
  [[nodiscard]] double failure_rate() const;
  [[nodiscard]] double divergence_rate() const;
};

}  // namespace headsweep::results
