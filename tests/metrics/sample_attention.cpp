#include "sample_attention.h"

#include <cmath>

namespace headsweep::metrics {
namespace {

// In [0, 1), the same with every standard library, unlike its distributions.
double uniform(std::mt19937_64& generator) {
  return static_cast<double>(generator() >> 11) * 0x1p-53;
}

void fill_softmax_row(std::mt19937_64& generator, double sharpness, std::int64_t i, double* row) {
  double sum = 0;
  for (std::int64_t j = 0; j <= i; ++j) sum += row[j] = std::exp(sharpness * uniform(generator));
  for (std::int64_t j = 0; j <= i; ++j) row[j] /= sum;
}

}  // namespace

SampleLayer single_head(std::vector<double> attention, std::int64_t n) {
  return {1, n, 0, std::move(attention), {1.0}, {}, {}};
}

SampleLayer random_layer(std::uint64_t seed, std::int64_t heads, std::int64_t n, std::int64_t columns,
                         double sharpness) {
  std::mt19937_64 generator(seed);
  SampleLayer layer{heads, n, columns, {}, {}, {}, {}};
  layer.attention.resize(static_cast<std::size_t>(heads * n * n));
  layer.values.resize(static_cast<std::size_t>(heads * n * columns));
  layer.outputs.resize(layer.values.size());
  double total = 0;
  for (std::int64_t h = 0; h < heads; ++h) {
    layer.importance.push_back(0.1 + uniform(generator));
    total += layer.importance.back();
  }
  for (double& weight : layer.importance) weight /= total;
  for (double& entry : layer.values) entry = 2 * uniform(generator) - 1;
  for (double& entry : layer.outputs) entry = 2 * uniform(generator) - 1;
  for (std::int64_t row = 0; row < heads * n; ++row) {
    fill_softmax_row(generator, sharpness, row % n, layer.attention.data() + row * n);
  }
  return layer;
}

std::vector<double> dyadic_attention(std::uint64_t seed, std::int64_t n) {
  constexpr int kUnits = 64;
  std::mt19937_64 generator(seed);
  std::vector<double> attention(static_cast<std::size_t>(n * n));
  for (std::int64_t i = 0; i < n; ++i) {
    double* row = attention.data() + i * n;
    for (int unit = 0; unit < kUnits; ++unit) {
      const auto choices =
          static_cast<std::uint64_t>(unit == 0 && i > 0 ? i : i + 1);  // at least one unit leaves
      row[generator() % choices] += 1.0 / kUnits;
    }
  }
  return attention;
}

}  // namespace headsweep::metrics
