// How alike the heads' attention matrices are.
//
// `heads`: one matrix a head, equal sizes, rows summing to one. Everything here is undefined (NaN) for one
// head where it compares two.
#pragma once

#include <span>

#include "metrics/lower_triangle.h"

namespace headsweep::metrics {

// A mean over pairs of heads in both published ways.
struct PairMean {
  double distinct;   // over unordered pairs a < b; NaN for one head
  double with_self;  // over all ordered pairs, a = b included: the 1 / H^2 form of Li et al. 2018 (arXiv
                     // 1810.10183)
};

// (1/n) sum over i, j of A_a(i, j) A_b(i, j).
PairMean attention_overlap(std::span<const LowerTriangle> heads);

// Mean over a < b of <A_a, A_b> / (|A_a| |A_b|), Frobenius. NaN for one head.
double attention_cosine(std::span<const LowerTriangle> heads);

// Mean over a < b of |A_a A_b - A_b A_a| / (|A_a| |A_b|), Frobenius. NaN for one head. H^2 n^3 / 6
// multiplications.
double commutator_norm(std::span<const LowerTriangle> heads);

// (1/n) sum over rows i of entropy(mean_h A_h(i, .)) - mean_h entropy(A_h(i, .)), divided by ln H: 0 for
// equal rows, 1 for rows without a common key. Heads count equally. NaN for one head.
double js_divergence(std::span<const LowerTriangle> heads);

}  // namespace headsweep::metrics
