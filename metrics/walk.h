// Walks over positions that end at a common sink: hitting times and progress probability.
//
// The formal walk (forward: a token moves to later positions and ends at the last one) and its reverse
// (backward: a query's information is traced to position 0) differ only in the matrix, so both are one type.
// Sources: mixing time of attention graphs, arXiv 2507.02944 and 2502.06751; the escape form is ours, see
// docs/metrics.md.
#pragma once

#include <vector>

#include "metrics/lower_triangle.h"

namespace headsweep::metrics {

// A walk on states 0 ... states()-1 that never moves to a lower state; beyond the last state lies the sink.
struct Walk {
  LowerTriangle moves;         // moves.at(to, from): probability of one step; the sink has no row
  std::vector<double> escape;  // by state: probability to leave it in one step, the sink included

  [[nodiscard]] std::int64_t states() const { return moves.size(); }
};

// Each column divided by its sum: from key j to query i >= j with A(i, j) / sum over i' of A(i', j). A key
// that no query attends to, itself included, stays where it is.
LowerTriangle column_normalised(const LowerTriangle& attention);

// The forward walk; state j is position j, the sink is the last position. `flow`: columns sum to one, such as
// column_normalised() of a head or the importance-weighted sum of these over heads.
Walk forward_walk(const LowerTriangle& flow);

// The backward walk on a row-stochastic matrix; state s is position n-1-s, the sink is position 0.
Walk backward_walk(const LowerTriangle& attention);

// Expected steps to the sink, by state; +infinity where the sink is not reached with certainty. One
// substitution with escape probabilities that are sums of transitions: 1 - (probability to stay) would lose
// all digits near 1.
std::vector<double> hitting_times(const Walk& walk);

// Smallest escape probability over the states; NaN without states.
double progress_probability(const Walk& walk);

}  // namespace headsweep::metrics
