// Fidelity: the largest share of a position that ever reaches the last one (the sink).
//
// phi_j = max over t = 1 ... horizon of (c^t)(n-1, j), c row-stochastic. Source: arXiv 2502.06751; the cut at
// a horizon is that of the code of arXiv 2507.02944. t = 0 is not included.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "metrics/lower_triangle.h"

namespace headsweep::metrics {

// Maxima over time, by position.
struct Peaks {
  explicit Peaks(std::int64_t n) : phi(static_cast<std::size_t>(n)), step(static_cast<std::size_t>(n)) {}

  // Takes in the values at step t; equal values do not replace earlier ones.
  void observe(std::span<const double> values, std::int64_t t);

  std::vector<double> phi;
  std::vector<std::int64_t> step;  // the first t at which phi is reached; 0 where phi is 0
};

// The smallest peaks. "Inner" positions are all but the last one, which is at 0 steps from itself.
struct MinFidelity {
  double inner;              // NaN for n = 1
  std::int64_t argmin;       // the lowest inner position with that phi; -1 for n = 1
  std::int64_t argmin_step;  // its Peaks::step
  double all;                // over all positions
};
MinFidelity min_fidelity(const Peaks& peaks);

// The rows (c^t)(n-1, .) one step after the other, with their peaks. Keeps a reference to the matrix.
class FidelityWalk {
 public:
  explicit FidelityWalk(const LowerTriangle& matrix);  // stands at t = 1; requires n >= 1

  void advance();  // from t to t + 1
  [[nodiscard]] std::span<const double> row() const { return row_; }
  [[nodiscard]] const Peaks& peaks() const { return peaks_; }
  [[nodiscard]] const LowerTriangle& matrix() const { return *matrix_; }

 private:
  const LowerTriangle* matrix_;
  std::int64_t t_ = 1;
  std::vector<double> row_;
  std::vector<double> next_;
  Peaks peaks_;
};

// The walk at t = horizon >= 1.
FidelityWalk walk_to_horizon(const LowerTriangle& matrix, std::int64_t horizon);

// Whether phi at `position` may still rise by more than 1e-12 relative after the step where the walk stands.
// False is certain; true is a rise seen within 1000 further steps or, in chains slower than that, one that
// could not be excluded.
bool may_still_rise(const FidelityWalk& walk, std::int64_t position);

// Heads walked apart and averaged: their own walks and the peaks of sum_h w_h (A_h^t)(n-1, .). They stand at the
// horizon, or where min_fidelity() of all of them and may_still_rise() are decided: then phi of position 0 is not
// final.
struct ParallelFidelity {
  std::vector<FidelityWalk> heads;  // refer to the matrices given
  Peaks average;
};
ParallelFidelity walk_heads_apart(std::span<const LowerTriangle> heads, std::span<const double> importance,
                                  std::int64_t horizon);

// Mean over the positions i with needed_keys[i] >= 0 of max over t = 1 ... horizon of (c^t)(i,
// needed_keys[i]); NaN if there are none. Requires n elements with needed_keys[i] <= i.
double relevant_fidelity(const LowerTriangle& matrix, std::span<const std::int64_t> needed_keys,
                         std::int64_t horizon);

}  // namespace headsweep::metrics
