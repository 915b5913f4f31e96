#include "metrics/attention_similarity.h"

#include <array>
#include <cmath>
#include <limits>

namespace headsweep::metrics {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

// Several partial sums, so that the additions need not wait for each other.
double dot(std::span<const double> a, std::span<const double> b) {
  constexpr std::size_t kLanes = 8;
  std::array<double, kLanes> sums{};
  std::size_t i = 0;
  for (; i + kLanes <= a.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  }
  double rest = 0;
  for (; i < a.size(); ++i) rest += a[i] * b[i];
  return (((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]))) + rest;
}

double frobenius_norm(const LowerTriangle& matrix) {
  return std::sqrt(dot(matrix.entries(), matrix.entries()));
}

// The mean of similarity(a, b) over unordered pairs of different heads.
template <typename Similarity>
double mean_over_pairs(std::span<const LowerTriangle> heads, const Similarity& similarity) {
  double sum = 0;
  int pairs = 0;
  for (std::size_t b = 1; b < heads.size(); ++b) {
    for (std::size_t a = 0; a < b; ++a, ++pairs) sum += similarity(heads[a], heads[b]);
  }
  return pairs > 0 ? sum / pairs : kUndefined;
}

// |ab - ba|^2, row by row, so that no product is stored.
double squared_commutator(const LowerTriangle& a, const LowerTriangle& b) {
  const auto n = static_cast<std::size_t>(a.size());
  std::vector<double> ab(n);
  std::vector<double> ba(n);
  double sum = 0;
  for (std::int64_t i = 0; i < a.size(); ++i) {
    const auto count = static_cast<std::size_t>(i + 1);
    multiply_row(a.row(i), b, std::span(ab).first(count));
    multiply_row(b.row(i), a, std::span(ba).first(count));
    for (std::size_t j = 0; j < count; ++j) ab[j] -= ba[j];
    sum += dot(std::span(ab).first(count), std::span(ab).first(count));
  }
  return sum;
}

// The entropies of all rows together, in nats.
double entropy(const LowerTriangle& matrix) {
  double sum = 0;
  for (const double probability : matrix.entries()) {
    if (probability > 0) sum -= probability * std::log(probability);
  }
  return sum;
}

}  // namespace

PairMean attention_overlap(std::span<const LowerTriangle> heads) {
  const auto overlap = [](const LowerTriangle& a, const LowerTriangle& b) {
    return dot(a.entries(), b.entries()) / static_cast<double>(a.size());
  };
  const auto count = static_cast<double>(heads.size());
  double self = 0;
  for (const LowerTriangle& head : heads) self += overlap(head, head);
  const double distinct = mean_over_pairs(heads, overlap);
  const double others = heads.size() > 1 ? distinct * count * (count - 1) : 0.0;
  return {distinct, (self + others) / (count * count)};
}

double attention_cosine(std::span<const LowerTriangle> heads) {
  return mean_over_pairs(heads, [](const LowerTriangle& a, const LowerTriangle& b) {
    return dot(a.entries(), b.entries()) / (frobenius_norm(a) * frobenius_norm(b));
  });
}

double commutator_norm(std::span<const LowerTriangle> heads) {
  return mean_over_pairs(heads, [](const LowerTriangle& a, const LowerTriangle& b) {
    return std::sqrt(squared_commutator(a, b)) / (frobenius_norm(a) * frobenius_norm(b));
  });
}

double js_divergence(std::span<const LowerTriangle> heads) {
  if (heads.size() < 2) return kUndefined;
  const auto count = static_cast<double>(heads.size());
  LowerTriangle mean(heads.front().size());
  double entropy_of_heads = 0;
  for (const LowerTriangle& head : heads) {
    mean.add(1 / count, head);
    entropy_of_heads += entropy(head);
  }
  const double rows = static_cast<double>(mean.size());
  return (entropy(mean) - entropy_of_heads / count) / rows / std::log(count);
}

}  // namespace headsweep::metrics
