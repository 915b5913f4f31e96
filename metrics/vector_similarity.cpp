#include "metrics/vector_similarity.h"

#include <cmath>
#include <limits>
#include <vector>

namespace headsweep::metrics {
namespace {

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t c = 0; c < a.size(); ++c) sum += a[c] * b[c];
  return sum;
}

// Every vector divided by its length; zero vectors stay zero.
std::vector<double> unit_vectors(const HeadVectors& vectors) {
  std::vector<double> units(vectors.entries.begin(), vectors.entries.end());
  const auto columns = static_cast<std::size_t>(vectors.columns);
  for (std::size_t start = 0; start < units.size(); start += columns) {
    const std::span<double> vector = std::span(units).subspan(start, columns);
    // Scaled by the largest entry first, so that the squares neither overflow nor vanish.
    double largest = 0;
    for (const double entry : vector) largest = std::max(largest, std::abs(entry));
    if (largest == 0) continue;
    for (double& entry : vector) entry /= largest;
    const double length = std::sqrt(dot(vector, vector));
    for (double& entry : vector) entry /= length;
  }
  return units;
}

bool is_zero(std::span<const double> vector) {
  for (const double entry : vector) {
    if (entry != 0) return false;
  }
  return true;
}

std::vector<double> centred(std::span<const double> matrix, std::int64_t columns) {
  std::vector<double> result(matrix.begin(), matrix.end());
  const auto width = static_cast<std::size_t>(columns);
  const auto rows = static_cast<double>(matrix.size() / width);
  for (std::size_t column = 0; column < width; ++column) {
    double sum = 0;
    for (std::size_t i = column; i < result.size(); i += width) sum += result[i];
    for (std::size_t i = column; i < result.size(); i += width) result[i] -= sum / rows;
  }
  return result;
}

// |a' b|^2 for a and b of [n][columns].
double squared_cross_product(std::span<const double> a, std::span<const double> b, std::int64_t columns) {
  const auto width = static_cast<std::size_t>(columns);
  std::vector<double> product(width * width);
  for (std::size_t row = 0; row < a.size(); row += width) {
    for (std::size_t p = 0; p < width; ++p) {
      double* out = product.data() + p * width;
      for (std::size_t q = 0; q < width; ++q) out[q] += a[row + p] * b[row + q];
    }
  }
  return dot(product, product);
}

}  // namespace

PairMean position_cosine(const HeadVectors& vectors) {
  const std::vector<double> units = unit_vectors(vectors);
  const HeadVectors unit{vectors.heads, vectors.n, vectors.columns, units};
  const auto columns = static_cast<std::size_t>(vectors.columns);
  double distinct = 0;
  double self = 0;
  for (std::int64_t i = 0; i < vectors.n; ++i) {
    const auto at = static_cast<std::size_t>(i) * columns;
    for (std::int64_t b = 0; b < vectors.heads; ++b) {
      const std::span<const double> of_b = unit.head(b).subspan(at, columns);
      self += is_zero(of_b) ? 0.0 : 1.0;
      for (std::int64_t a = 0; a < b; ++a) distinct += dot(unit.head(a).subspan(at, columns), of_b);
    }
  }
  const auto heads = static_cast<double>(vectors.heads);
  const auto positions = static_cast<double>(vectors.n);
  const double pairs = heads * (heads - 1) / 2;
  return {vectors.heads > 1 ? distinct / pairs / positions : std::numeric_limits<double>::quiet_NaN(),
          (self + 2 * distinct) / (heads * heads) / positions};
}

double linear_cka(const HeadVectors& vectors) {
  std::vector<std::vector<double>> outputs;
  std::vector<double> norms;
  for (std::int64_t h = 0; h < vectors.heads; ++h) {
    outputs.push_back(centred(vectors.head(h), vectors.columns));
    norms.push_back(std::sqrt(squared_cross_product(outputs.back(), outputs.back(), vectors.columns)));
  }
  double sum = 0;
  int pairs = 0;
  for (std::size_t b = 1; b < outputs.size(); ++b) {
    for (std::size_t a = 0; a < b; ++a, ++pairs) {
      const double scale = norms[a] * norms[b];
      if (scale > 0) sum += squared_cross_product(outputs[a], outputs[b], vectors.columns) / scale;
    }
  }
  return pairs > 0 ? sum / pairs : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace headsweep::metrics
