// The walks and fidelities against slow, dense and literal versions of their definitions.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "close_to.h"
#include "metrics/mixing_time.h"
#include "metrics/walk.h"
#include "sample_attention.h"

namespace headsweep::metrics {
namespace {

using Dense = std::vector<std::vector<double>>;

Dense zeros(std::size_t n) {
  return Dense(n, std::vector<double>(n));
}

Dense head_of(const SampleLayer& layer, std::int64_t head) {
  Dense result = zeros(static_cast<std::size_t>(layer.n));
  for (std::size_t i = 0; i < result.size(); ++i) {
    for (std::size_t j = 0; j < result.size(); ++j) {
      result[i][j] = layer.at(head, static_cast<std::int64_t>(i), static_cast<std::int64_t>(j));
    }
  }
  return result;
}

Dense product(const Dense& a, const Dense& b) {
  Dense result = zeros(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t k = 0; k < a.size(); ++k) {
      for (std::size_t j = 0; j < a.size(); ++j) result[i][j] += a[i][k] * b[k][j];
    }
  }
  return result;
}

void add(Dense& sum, double weight, const Dense& term) {
  for (std::size_t i = 0; i < sum.size(); ++i) {
    for (std::size_t j = 0; j < sum.size(); ++j) sum[i][j] += weight * term[i][j];
  }
}

Dense combined_of(const SampleLayer& layer) {
  Dense combined = zeros(static_cast<std::size_t>(layer.n));
  for (std::int64_t h = 0; h < layer.heads; ++h) {
    add(combined, layer.importance[static_cast<std::size_t>(h)], head_of(layer, h));
  }
  return combined;
}

// W[from][to] = A[to][from] / sum of the column.
Dense forward_transitions(const Dense& attention) {
  Dense transitions = zeros(attention.size());
  for (std::size_t j = 0; j < attention.size(); ++j) {
    double sum = 0;
    for (const auto& row : attention) sum += row[j];
    for (std::size_t i = 0; i < attention.size(); ++i) transitions[j][i] = attention[i][j] / sum;
  }
  return transitions;
}

struct SlowTimes {
  double mixing = 0;
  double mean = 0;
  double max = 0;
};

// By pushing a distribution from every start: T = sum over t of P(not yet at the sink).
SlowTimes slow_times(const Dense& transitions, std::size_t sink) {
  SlowTimes result;
  for (std::size_t start = 0; start < transitions.size(); ++start) {
    if (start == sink) continue;
    std::vector<double> at(transitions.size());
    at[start] = 1;
    double time = 0;
    double mixing = 0;
    for (double t = 0, left = 1; left > 1e-18; ++t) {
      time += left;
      if (left > 0.25) mixing = t + 1;
      std::vector<double> next(at.size());
      for (std::size_t i = 0; i < at.size(); ++i) {
        for (std::size_t j = 0; j < at.size() && i != sink; ++j) next[j] += at[i] * transitions[i][j];
      }
      at = next;
      left = 0;
      for (std::size_t i = 0; i < at.size(); ++i) left += i == sink ? 0 : at[i];
    }
    result.mean += time / static_cast<double>(transitions.size() - 1);
    result.max = std::max(result.max, time);
    result.mixing = std::max(result.mixing, mixing);
  }
  return result;
}

// C_ij = min(1, running sum of column i of attention), Q the differences, the rest to the sink.
double slow_paper_mixing(const Dense& attention) {
  const std::size_t n = attention.size();
  Dense jumps = zeros(n);
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0;
    double before = 0;
    for (std::size_t j = 0; j < n; ++j) {
      sum += attention[j][i];
      jumps[i][j] = std::min(1.0, sum) - before;
      before = std::min(1.0, sum);
    }
    jumps[i][n - 1] += 1 - before;
  }
  double total = 0;
  for (std::size_t start = 0; start + 1 < n; ++start) {
    std::vector<double> at(n);
    at[start] = 1;
    for (int t = 0; t < 100; ++t) {
      total += std::accumulate(at.begin(), at.end() - 1, 0.0);
      std::vector<double> next(n);
      for (std::size_t i = 0; i + 1 < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) next[j] += at[i] * jumps[i][j];
      }
      at = next;
    }
  }
  return total / static_cast<double>(n);
}

// sum_h w_h A_h^t for t = 1 ... horizon.
std::vector<Dense> averaged_powers(const std::vector<Dense>& heads, const std::vector<double>& weights,
                                   int horizon) {
  std::vector<Dense> result;
  std::vector<Dense> powers = heads;
  for (int t = 1; t <= horizon; ++t) {
    Dense average = zeros(heads[0].size());
    for (std::size_t h = 0; h < heads.size(); ++h) {
      if (t > 1) powers[h] = product(powers[h], heads[h]);
      add(average, weights[h], powers[h]);
    }
    result.push_back(average);
  }
  return result;
}

double slow_min_inner(const std::vector<Dense>& powers) {
  const std::size_t last = powers[0].size() - 1;
  double smallest = 1;
  for (std::size_t j = 0; j < last; ++j) {
    double phi = 0;
    for (const Dense& power : powers) phi = std::max(phi, power[last][j]);
    smallest = std::min(smallest, phi);
  }
  return smallest;
}

double slow_relevant(const std::vector<Dense>& powers, const std::vector<std::int64_t>& keys) {
  double sum = 0;
  double count = 0;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i] < 0) continue;
    double phi = 0;
    for (const Dense& power : powers) phi = std::max(phi, power[i][static_cast<std::size_t>(keys[i])]);
    sum += phi;
    ++count;
  }
  return sum / count;
}

class Definition : public testing::TestWithParam<int> {
 protected:
  static constexpr int kHorizon = 30;
  static constexpr double kTolerance = 1e-12;

  Definition()
      : layer_(random_layer(static_cast<std::uint64_t>(GetParam()), 1 + GetParam() % 4, 2 + GetParam() % 17,
                            2, 1.5 * (GetParam() % 5))) {
    for (std::int64_t i = 0; i < layer_.n; ++i) keys_.push_back(i % 3 == 2 ? -1 : i / 2);
    MeasureOptions options;
    options.horizon = kHorizon;
    options.needed_keys = keys_;
    values_ = measure_layer(layer_.view(), options);
    for (std::int64_t h = 0; h < layer_.heads; ++h) heads_.push_back(head_of(layer_, h));
  }

  SampleLayer layer_;
  std::vector<std::int64_t> keys_;
  LayerValues values_;
  std::vector<Dense> heads_;
};

TEST_P(Definition, ForwardWalk) {
  Dense combined = zeros(heads_[0].size());
  for (std::size_t h = 0; h < heads_.size(); ++h) {
    const Dense transitions = forward_transitions(heads_[h]);
    add(combined, layer_.importance[h], transitions);
    const SlowTimes slow = slow_times(transitions, transitions.size() - 1);
    EXPECT_EQ(values_.heads[h][Metric::kMixingTimeForward], slow.mixing);
    EXPECT_TRUE(close_to(values_.heads[h][Metric::kHittingTimeForwardMean], slow.mean, kTolerance));
    EXPECT_TRUE(close_to(values_.heads[h][Metric::kHittingTimeForwardMax], slow.max, kTolerance));
  }
  const SlowTimes slow = slow_times(combined, combined.size() - 1);
  EXPECT_EQ(values_.combined[Metric::kMixingTimeForward], slow.mixing);
  EXPECT_TRUE(close_to(values_.combined[Metric::kHittingTimeForwardMean], slow.mean, kTolerance));
  EXPECT_TRUE(close_to(values_.combined[Metric::kHittingTimeForwardMax], slow.max, kTolerance));
}

TEST_P(Definition, BackwardWalk) {
  const SlowTimes slow = slow_times(combined_of(layer_), 0);
  EXPECT_EQ(values_.combined[Metric::kMixingTimeBackward], slow.mixing);
  EXPECT_TRUE(close_to(values_.combined[Metric::kHittingTimeBackwardMean], slow.mean, kTolerance));
  EXPECT_TRUE(close_to(values_.combined[Metric::kHittingTimeBackwardMax], slow.max, kTolerance));
}

TEST_P(Definition, PaperWalk) {
  EXPECT_TRUE(close_to(values_.combined[Metric::kMixingTimePaper], slow_paper_mixing(combined_of(layer_)),
                       kTolerance));
  for (std::size_t h = 0; h < heads_.size(); ++h) {
    EXPECT_TRUE(
        close_to(values_.heads[h][Metric::kMixingTimePaper], slow_paper_mixing(heads_[h]), kTolerance));
  }
}

TEST_P(Definition, Fidelity) {
  const std::vector<Dense> powers = averaged_powers({combined_of(layer_)}, {1.0}, kHorizon);
  const double inner = slow_min_inner(powers);
  const double parallel = slow_min_inner(averaged_powers(heads_, layer_.importance, kHorizon));
  EXPECT_TRUE(close_to(values_.combined[Metric::kFidelityMinInner], inner, kTolerance));
  EXPECT_TRUE(
      close_to(values_.combined[Metric::kFidelityMin], std::min(inner, powers[0].back().back()), kTolerance));
  EXPECT_TRUE(close_to(values_.combined[Metric::kFidelityParallel], parallel, kTolerance));
  EXPECT_TRUE(close_to(values_.combined[Metric::kFidelitySwitchingGain], inner - parallel, kTolerance));
  EXPECT_TRUE(
      close_to(values_.combined[Metric::kFidelityRelevant], slow_relevant(powers, keys_), kTolerance));
  const auto argmin = static_cast<std::size_t>(values_.combined[Metric::kFidelityArgminInner]);
  const auto step = static_cast<std::size_t>(values_.combined[Metric::kFidelityArgminInnerT]);
  EXPECT_TRUE(close_to(powers[step - 1].back()[argmin], inner, kTolerance));
}

// Best, weighted mean and worst of the heads.
struct HeadsAlone {
  double smallest;
  double mean;
  double largest;
};

HeadsAlone heads_alone(const LayerValues& values, std::span<const double> importance, Metric metric) {
  std::vector<double> sorted;
  double mean = 0;
  for (std::size_t h = 0; h < importance.size(); ++h) {
    sorted.push_back(values.heads[h][metric]);
    mean += importance[h] * values.heads[h][metric];
  }
  std::ranges::sort(sorted);
  return {sorted.front(), mean, sorted.back()};
}

TEST_P(Definition, SynergiesOfTimes) {
  const struct {
    Metric time, best, mean, worst;
  } rows[] = {{Metric::kMixingTimePaper, Metric::kMixingSynergyPaper, Metric::kMixingSynergyPaperMean,
               Metric::kMixingSynergyPaperWorst},
              {Metric::kHittingTimeForwardMean, Metric::kHittingSynergyForward,
               Metric::kHittingSwitchingGainForward, Metric::kHittingSynergyForwardWorst},
              {Metric::kHittingTimeBackwardMean, Metric::kHittingSynergyBackward,
               Metric::kHittingSwitchingGainBackward, Metric::kHittingSynergyBackwardWorst}};
  for (const auto& row : rows) {
    const HeadsAlone alone = heads_alone(values_, layer_.importance, row.time);
    const double together = values_.combined[row.time];
    EXPECT_EQ(values_.combined[row.best], alone.smallest - together);
    EXPECT_EQ(values_.combined[row.worst], alone.largest - together);
    EXPECT_TRUE(close_to(values_.combined[row.mean], alone.mean - together, kTolerance, 1e-13 * alone.mean));
  }
}

TEST_P(Definition, SynergiesOfShares) {
  const struct {
    Metric share, best, mean, worst;
  } rows[] = {{Metric::kFidelityMin, Metric::kFidelitySynergy, Metric::kFidelitySynergyMean,
               Metric::kFidelitySynergyWorst},
              {Metric::kFidelityMinInner, Metric::kFidelitySynergyInner, Metric::kFidelitySynergyInnerMean,
               Metric::kFidelitySynergyInnerWorst}};
  for (const auto& row : rows) {
    const HeadsAlone alone = heads_alone(values_, layer_.importance, row.share);
    const double together = values_.combined[row.share];
    EXPECT_EQ(values_.combined[row.best], together - alone.largest);
    EXPECT_EQ(values_.combined[row.worst], together - alone.smallest);
    EXPECT_TRUE(close_to(values_.combined[row.mean], together - alone.mean, kTolerance, 1e-13));
  }
  for (const auto& [share, best] :
       {std::pair(Metric::kProgressProbabilityForward, Metric::kProgressSynergyForward),
        std::pair(Metric::kProgressProbabilityBackward, Metric::kProgressSynergyBackward)}) {
    EXPECT_EQ(values_.combined[best],
              values_.combined[share] - heads_alone(values_, layer_.importance, share).largest);
  }
}

// Without the heads' own metrics the layer's are the same, bit for bit.
TEST_P(Definition, LayersNeedNotAllOfTheirHeads) {
  MeasureOptions options;
  options.horizon = kHorizon;
  options.needed_keys = keys_;
  options.heads = false;
  for (const bool core_only : {false, true}) {
    options.core_only = core_only;
    const LayerValues lean = measure_layer(layer_.view(), options);
    for (const MetricInfo& info : all_metrics()) {
      if (core_only && !info.core) continue;
      const double expected = values_.combined[info.metric];
      const double found = lean.combined[info.metric];
      EXPECT_TRUE(found == expected || (std::isnan(found) && std::isnan(expected))) << info.name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(RandomLayers, Definition, testing::Range(0, 24));

// Long chains: squaring and descent must find the step that walking one by one finds.
TEST(MixingTime, SquaringAgreesWithSingleSteps) {
  for (const double stay : {0.95, 0.99, 0.9984, 0.99986, 0.999987}) {
    for (const double spread : {0.0, 1e-3, 0.3}) {
      const std::int64_t states = 9;
      Walk walk{LowerTriangle(states), std::vector<double>(static_cast<std::size_t>(states))};
      for (std::int64_t j = 0; j < states; ++j) {
        walk.moves.at(j, j) = stay * (1 - spread * static_cast<double>(j % 4) / 4);
        const double on = (1 - walk.moves.at(j, j)) / 3;
        for (std::int64_t i = j + 1; i < std::min(j + 3, states); ++i) walk.moves.at(i, j) = on;
      }
      std::vector<double> survival(static_cast<std::size_t>(states), 1.0);
      double steps = 0;
      while (std::ranges::max(survival) > kMixingDistance) {
        std::vector<double> next(survival.size());
        multiply_row(survival, walk.moves, next);
        survival = next;
        ++steps;
      }
      EXPECT_EQ(mixing_time(walk), steps) << stay << " " << spread;
    }
  }
}

}  // namespace
}  // namespace headsweep::metrics
