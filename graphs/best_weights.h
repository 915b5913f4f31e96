// The head weights that make the combination best.
//
// A deterministic search without derivatives: the measures have kinks, and mixing times are whole numbers. First every
// point of a lattice on the simplex (heads with equal steps, kLatticePoints at most) and each head alone; then, from the
// best of these, moves of shrinking size: weight from one head to another, towards one head, away from one head.
//
// What it guarantees: the result is at least as good as every lattice point, every head alone, equal weights and the
// weights given; and no single move of the last size (2^-20) improves it. It is not a proof of the global optimum.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "graphs/causal_graph.h"
#include "graphs/hitting.h"
#include "graphs/measure.h"

namespace headsweep::graphs {

enum class Objective : std::uint8_t {
  kFidelity,  // largest fidelity_min_inner
  kHitting,   // smallest hitting_time_<direction>_mean
  kMixing,    // smallest mixing_time_<direction>, interpolated between steps so that a search feels a slope
};

inline constexpr std::int64_t kLatticePoints = 500;
inline constexpr std::int64_t kSearchHorizon = 10'000;  // steps of one evaluation without a horizon

struct BestWeights {
  std::vector<double> weights;  // one a head
  double value;                 // of the objective there
  double value_given;           // of the objective at the weights given
  double lattice_step;          // 1: no lattice but the heads alone
  std::int64_t evaluations;
};

// Requires two heads or more of equal size and weights that check_weights() takes.
BestWeights best_weights(std::span<const CausalGraph> heads, std::span<const double> given,
                         Objective objective, Direction direction, const MeasureOptions& options);

}  // namespace headsweep::graphs
