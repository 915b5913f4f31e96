// The heads of one layer on one sequence, checked once and then measured as often as needed: as they are, with other
// weights, shuffled, or mixed with those of other sequences.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "metrics/lower_triangle.h"
#include "metrics/measure.h"

namespace headsweep::metrics {

struct LayerHeads {
  std::vector<LowerTriangle> attention;  // [heads], n x n each, rows summing to one
  std::vector<double> importance;        // [heads], sums to one
  std::int64_t columns = 0;              // of one head's vectors
  std::vector<double> values;            // [heads][n][columns], or empty
  std::vector<double> outputs;           // the same

  [[nodiscard]] std::int64_t heads() const { return std::ssize(attention); }
  [[nodiscard]] std::int64_t positions() const { return attention.front().size(); }
};

// Throws as measure_layer() says.
LayerHeads checked_heads(const LayerAttention& layer);

// What measure_layer() gives. Throws UserError on options out of range only.
LayerValues measure_heads(const LayerHeads& layer, const MeasureOptions& options);

// c = sum_h w_h A_h.
LowerTriangle combination(const LayerHeads& layer);

// Rollout (Abnar and Zuidema 2020, arXiv 2005.00928): R = product over layers, last leftmost, of (I + c_l) /
// 2, measured as the only head of a layer: metrics of Scope::kBoth, all others NaN. combined_layers: first
// layer first, at least one, of equal size. Throws UserError on options out of range.
MetricValues measure_rollout(std::span<const LowerTriangle> combined_layers, const MeasureOptions& options);

}  // namespace headsweep::metrics
