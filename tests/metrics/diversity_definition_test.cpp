// Head diversity against literal versions of its definitions, and its known extremes.
#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "close_to.h"
#include "metrics/nulls.h"
#include "sample_attention.h"

namespace headsweep::metrics {
namespace {

constexpr double kTolerance = 1e-12;
using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (std::size_t c = 0; c < a.size(); ++c) sum += a[c] * b[c];
  return sum;
}

Vector slice(const Vector& all, std::int64_t start, std::int64_t count) {
  return {all.begin() + start, all.begin() + start + count};
}

double mean_over_pairs(std::int64_t heads,
                       const std::function<double(std::int64_t, std::int64_t)>& similarity) {
  double sum = 0;
  for (std::int64_t a = 0; a < heads; ++a) {
    for (std::int64_t b = a + 1; b < heads; ++b) sum += similarity(a, b);
  }
  return sum / static_cast<double>(heads * (heads - 1) / 2);
}

double mean_over_ordered_pairs(std::int64_t heads,
                               const std::function<double(std::int64_t, std::int64_t)>& similarity) {
  double sum = 0;
  for (std::int64_t a = 0; a < heads; ++a) {
    for (std::int64_t b = 0; b < heads; ++b) sum += similarity(a, b);
  }
  return sum / static_cast<double>(heads * heads);
}

// Mean over positions of the cosine of two heads' vectors.
double slow_cosine(const SampleLayer& layer, const Vector& vectors, std::int64_t a, std::int64_t b) {
  double sum = 0;
  for (std::int64_t i = 0; i < layer.n; ++i) {
    const Vector x = slice(vectors, (a * layer.n + i) * layer.columns, layer.columns);
    const Vector y = slice(vectors, (b * layer.n + i) * layer.columns, layer.columns);
    sum += dot(x, y) / std::sqrt(dot(x, x) * dot(y, y));
  }
  return sum / static_cast<double>(layer.n);
}

// The centred [n][n] kernel Y Y': CKA in its dual form.
Vector centred_kernel(const SampleLayer& layer, std::int64_t head) {
  Vector outputs = slice(layer.outputs, head * layer.n * layer.columns, layer.n * layer.columns);
  for (std::int64_t c = 0; c < layer.columns; ++c) {
    double mean = 0;
    for (std::int64_t i = 0; i < layer.n; ++i)
      mean += outputs[static_cast<std::size_t>(i * layer.columns + c)];
    mean /= static_cast<double>(layer.n);
    for (std::int64_t i = 0; i < layer.n; ++i)
      outputs[static_cast<std::size_t>(i * layer.columns + c)] -= mean;
  }
  Vector kernel;
  for (std::int64_t i = 0; i < layer.n; ++i) {
    for (std::int64_t j = 0; j < layer.n; ++j) {
      kernel.push_back(dot(slice(outputs, i * layer.columns, layer.columns),
                           slice(outputs, j * layer.columns, layer.columns)));
    }
  }
  return kernel;
}

Vector map_of(const SampleLayer& layer, std::int64_t head) {
  return slice(layer.attention, head * layer.n * layer.n, layer.n * layer.n);
}

Vector product(const Vector& a, const Vector& b, std::int64_t n) {
  Vector result(a.size());
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < n; ++j) {
      for (std::int64_t k = 0; k < n; ++k) {
        result[static_cast<std::size_t>(i * n + j)] +=
            a[static_cast<std::size_t>(i * n + k)] * b[static_cast<std::size_t>(k * n + j)];
      }
    }
  }
  return result;
}

double entropy(const Vector& row) {
  double sum = 0;
  for (const double p : row) sum -= p > 0 ? p * std::log(p) : 0;
  return sum;
}

double slow_js(const SampleLayer& layer) {
  double sum = 0;
  for (std::int64_t i = 0; i < layer.n; ++i) {
    Vector mean(static_cast<std::size_t>(layer.n));
    for (std::int64_t h = 0; h < layer.heads; ++h) {
      const Vector row = slice(layer.attention, (h * layer.n + i) * layer.n, layer.n);
      for (std::size_t j = 0; j < row.size(); ++j) mean[j] += row[j] / static_cast<double>(layer.heads);
      sum -= entropy(row) / static_cast<double>(layer.heads);
    }
    sum += entropy(mean);
  }
  return sum / static_cast<double>(layer.n) / std::log(static_cast<double>(layer.heads));
}

TEST(Diversity, FollowsItsDefinitions) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    SCOPED_TRACE(seed);
    const auto s = static_cast<std::int64_t>(seed);
    const SampleLayer layer = random_layer(seed, 2 + s % 4, 2 + s, 1 + s % 3, static_cast<double>(s % 5));
    const MetricValues values = measure_layer(layer.view(), {}).combined;
    const auto output = [&](auto a, auto b) { return slow_cosine(layer, layer.outputs, a, b); };
    const auto subspace = [&](auto a, auto b) { return slow_cosine(layer, layer.values, a, b); };
    const auto overlap = [&](auto a, auto b) {
      return dot(map_of(layer, a), map_of(layer, b)) / static_cast<double>(layer.n);
    };
    const auto norm = [&](auto a) { return std::sqrt(dot(map_of(layer, a), map_of(layer, a))); };
    const auto cosine = [&](auto a, auto b) {
      return dot(map_of(layer, a), map_of(layer, b)) / (norm(a) * norm(b));
    };
    const auto commutator = [&](auto a, auto b) {
      Vector difference = product(map_of(layer, a), map_of(layer, b), layer.n);
      const Vector other = product(map_of(layer, b), map_of(layer, a), layer.n);
      for (std::size_t i = 0; i < other.size(); ++i) difference[i] -= other[i];
      return std::sqrt(dot(difference, difference)) / (norm(a) * norm(b));
    };
    const auto cka = [&](auto a, auto b) {
      const Vector x = centred_kernel(layer, a);
      const Vector y = centred_kernel(layer, b);
      return dot(x, y) / std::sqrt(dot(x, x) * dot(y, y));
    };
    const auto expect = [&](Metric metric, double expected) {
      EXPECT_TRUE(close_to(values[metric], expected, kTolerance, 1e-14)) << metric_info(metric).name;
    };
    expect(Metric::kDisagreementOutput, -mean_over_pairs(layer.heads, output));
    expect(Metric::kDisagreementOutputLi, -mean_over_ordered_pairs(layer.heads, output));
    expect(Metric::kDisagreementSubspace, -mean_over_pairs(layer.heads, subspace));
    expect(Metric::kDisagreementSubspaceLi, -mean_over_ordered_pairs(layer.heads, subspace));
    expect(Metric::kDisagreementPosition, -mean_over_pairs(layer.heads, overlap));
    expect(Metric::kDisagreementPositionLi, -mean_over_ordered_pairs(layer.heads, overlap));
    expect(Metric::kCosineSimilarity, mean_over_pairs(layer.heads, cosine));
    expect(Metric::kCommutatorNorm, mean_over_pairs(layer.heads, commutator));
    expect(Metric::kLinearCka, mean_over_pairs(layer.heads, cka));
    expect(Metric::kJsDivergence, slow_js(layer));
  }
}

TEST(Diversity, EqualHeadsDoNotDiffer) {
  SampleLayer layer = random_layer(1, 1, 9, 3, 2);
  layer.heads = 3;
  layer.importance = {0.5, 0.25, 0.25};
  for (Vector* array : {&layer.attention, &layer.values, &layer.outputs}) {
    const Vector one = *array;
    array->insert(array->end(), one.begin(), one.end());
    array->insert(array->end(), one.begin(), one.end());
  }
  const MetricValues values = measure_layer(layer.view(), {}).combined;
  for (const Metric metric : {Metric::kDisagreementOutput, Metric::kDisagreementOutputLi,
                              Metric::kDisagreementSubspace, Metric::kDisagreementSubspaceLi}) {
    EXPECT_NEAR(values[metric], -1, 1e-14) << metric_info(metric).name;
  }
  EXPECT_NEAR(values[Metric::kJsDivergence], 0, 1e-14);
  EXPECT_NEAR(values[Metric::kCosineSimilarity], 1, 1e-14);
  EXPECT_NEAR(values[Metric::kLinearCka], 1, 1e-14);
  EXPECT_EQ(values[Metric::kCommutatorNorm], 0);
  EXPECT_NEAR(values[Metric::kFidelitySwitchingGain], 0, 1e-15);
  EXPECT_NEAR(values[Metric::kFidelitySynergyInner], 0, 1e-15);
  EXPECT_NEAR(values[Metric::kHittingSwitchingGainForward], 0, 1e-12);
}

TEST(Diversity, HeadsWithoutACommonKeyDiverge) {
  const std::int64_t n = 20;
  SampleLayer layer{2, n, 0, identity_attention(n), {0.5, 0.5}, {}, {}};
  for (const double entry : previous_token_attention(n)) layer.attention.push_back(entry);
  const MetricValues values = measure_layer(layer.view(), {}).combined;
  // Row 0 is the same for every head.
  EXPECT_NEAR(values[Metric::kJsDivergence], (n - 1.0) / n, 1e-14);
  EXPECT_NEAR(values[Metric::kDisagreementPosition], -1.0 / n, 1e-15);
  EXPECT_EQ(values[Metric::kCommutatorNorm], 0);  // the identity commutes with everything
}

TEST(Diversity, OrthogonalOutputsDisagreeFullyOnlyWithoutSelfPairs) {
  SampleLayer layer = random_layer(2, 2, 6, 2, 1);
  for (std::size_t i = 0; i < 6; ++i) {
    layer.outputs[2 * i] = 3;
    layer.outputs[2 * i + 1] = 0;
    layer.outputs[12 + 2 * i] = 0;
    layer.outputs[12 + 2 * i + 1] = -2;
  }
  const MetricValues values = measure_layer(layer.view(), {}).combined;
  EXPECT_EQ(values[Metric::kDisagreementOutput], 0);
  EXPECT_EQ(values[Metric::kDisagreementOutputLi], -0.5);
  EXPECT_EQ(values[Metric::kLinearCka], 0);  // constant outputs: nothing to align
}

TEST(Diversity, ZeroVectorsAreOrthogonalToEverything) {
  SampleLayer layer = random_layer(2, 2, 4, 2, 1);
  layer.values = {1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0};  // both, one or none of the heads
  const MetricValues values = measure_layer(layer.view(), {}).combined;
  EXPECT_EQ(values[Metric::kDisagreementSubspace], -0.25);
  EXPECT_EQ(values[Metric::kDisagreementSubspaceLi], -6.0 / 16);
}

}  // namespace
}  // namespace headsweep::metrics
