// Attention to test with: random, sharp or dyadic rows, and a layer that owns its arrays.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "metrics/measure.h"

namespace headsweep::metrics {

// A LayerAttention with its arrays. Value vectors and outputs are empty until filled.
struct SampleLayer {
  std::int64_t heads;
  std::int64_t n;
  std::int64_t columns = 0;
  std::vector<double> attention;
  std::vector<double> importance;
  std::vector<double> values;
  std::vector<double> outputs;

  [[nodiscard]] LayerAttention view() const {
    return {heads, n, columns, attention, importance, values, outputs};
  }
  [[nodiscard]] double at(std::int64_t head, std::int64_t i, std::int64_t j) const {
    return attention[static_cast<std::size_t>((head * n + i) * n + j)];
  }
};

// One head of importance 1.
SampleLayer single_head(std::vector<double> attention, std::int64_t n);

// Softmax rows of random scores times `sharpness` (large: near one-hot rows), random importances, value vectors
// and outputs. The numbers follow from `seed` alone.
SampleLayer random_layer(std::uint64_t seed, std::int64_t heads, std::int64_t n, std::int64_t columns,
                         double sharpness);

// Rows whose entries are multiples of 1/64 and sum to one exactly, all entries of the diagonal below one except the
// first, so that every quantity is a rational number of moderate size.
std::vector<double> dyadic_attention(std::uint64_t seed, std::int64_t n);

}  // namespace headsweep::metrics
