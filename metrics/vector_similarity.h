// How alike the heads' value vectors or outputs are.
#pragma once

#include <cstdint>
#include <span>

#include "metrics/attention_similarity.h"

namespace headsweep::metrics {

// One vector a head and position: [heads][n][columns], row-major. Not owned.
struct HeadVectors {
  std::int64_t heads;
  std::int64_t n;
  std::int64_t columns;
  std::span<const double> entries;

  // [n][columns] of one head.
  [[nodiscard]] std::span<const double> head(std::int64_t h) const {
    const auto count = static_cast<std::size_t>(n * columns);
    return entries.subspan(static_cast<std::size_t>(h) * count, count);
  }
};

// Mean over positions of the cosine of two heads' vectors there; 0 where one of them is zero. The form per
// position is our choice, the source (Li et al. 2018, arXiv 1810.10183) leaves it open.
PairMean position_cosine(const HeadVectors& vectors);

// Mean over a < b of |Ya' Yb|^2 / (|Ya' Ya| |Yb' Yb|), Frobenius, Y = [n][columns] with its column means
// removed (Kornblith et al. 2019, arXiv 1905.00414). A pair with a constant Y counts 0. NaN for one head.
double linear_cka(const HeadVectors& vectors);

}  // namespace headsweep::metrics
