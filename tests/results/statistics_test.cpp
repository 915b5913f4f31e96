// The statistics of a store against sums made here from the numbers that went in; the formulas themselves are held
// against SciPy and statsmodels in tests/statistics/statistics_test.py.
#include "results/statistics/statistics.h"

#include <cmath>

#include "results/statistics/holm.h"
#include "results/statistics/sign_flip.h"
#include "sample_store.h"

namespace headsweep::results {
namespace {

using metrics::Metric;
using protocol::Split;

constexpr std::uint32_t kSeeds = 7;

// Trials of sample_sweep(7): copy 1 head 1-7, copy 2 heads 8-14, cycle 1 head 15-21, cycle 2 heads 22-28.
class StatisticsTest : public StoreTest {
 protected:
  static sweep::Sweep sweep() {
    sweep::Sweep sweep = sample_sweep(kSeeds);
    sweep.analysis.primary = {"hitting_time_forward_mean", "fidelity_min_inner"};
    return sweep;
  }

  void make_store(const std::function<bool(protocol::TrialId)>& failing = [](protocol::TrialId) {
    return false;
  }) {
    OwnedStore store(path());
    run_all(store, freeze(store, sweep()), failing);
  }

  [[nodiscard]] Statistics read(const StatisticsRequest& request = {}) const {
    StoreReader store(path());
    return read_statistics(store, request);
  }
};

const Difference& difference_at(const Statistics& statistics, std::size_t arm, const Place& place) {
  const auto found = std::ranges::find_if(
      statistics.differences, [&](const Difference& one) { return one.arm == arm && one.place == place; });
  EXPECT_NE(found, statistics.differences.end());
  return *found;
}

double sample_log(protocol::TrialId trial, std::int64_t layer) {
  return std::log10(sample_metric(trial, layer, Split::kHeldOut, Metric::kHittingTimeForwardMean));
}

double sample_fidelity(protocol::TrialId trial, std::int64_t layer) {
  return sample_metric(trial, layer, Split::kHeldOut, Metric::kFidelityMinInner);
}

TEST_F(StatisticsTest, ArmsStandInPlanOrderWithWhatHappenedToTheirTrials) {
  make_store([](protocol::TrialId trial) { return trial == 9; });
  const Statistics statistics = read();
  ASSERT_EQ(statistics.arms.size(), 4);
  EXPECT_EQ(statistics.arms[0].label, "copy, heads 1");
  EXPECT_EQ(statistics.arms[3].label, "cycle, heads 2");
  const Arm& with_failure = statistics.arms[1];
  EXPECT_EQ(with_failure.planned, kSeeds);
  EXPECT_EQ(with_failure.done, kSeeds - 1);
  EXPECT_EQ(with_failure.failed, 1);
  EXPECT_EQ(with_failure.diverged, 1);
  EXPECT_EQ(with_failure.failure_rate(), 1.0 / kSeeds);
  EXPECT_EQ(with_failure.reached_accuracy, 2);  // 92% and 90% of a ceiling of 1, then 89%, ..
  EXPECT_NEAR(with_failure.accuracy, 1 - 0.01 * (8 + 10 + 11 + 12 + 13 + 14) / 6.0, 1e-12);
}

TEST_F(StatisticsTest, ValuesOfAnArmKeepTheirSeeds) {
  make_store();
  const Statistics statistics = read();
  const auto value = std::ranges::find_if(statistics.values, [](const ArmValue& one) {
    return one.arm == 1 && one.place == Place{"1", Metric::kHittingTimeForwardMean};
  });
  ASSERT_NE(value, statistics.values.end());
  ASSERT_EQ(value->seeds.size(), kSeeds);
  std::vector<double> logs;
  for (std::int64_t trial = 8; trial <= 14; ++trial) logs.push_back(sample_log(trial, 1));
  const Estimate of_logs = estimate_mean(logs);
  EXPECT_NEAR(value->seeds[2].value, std::pow(10, logs[2]), 1e-9);
  EXPECT_NEAR(value->estimate.mean, std::pow(10, of_logs.mean), 1e-6);
  EXPECT_NEAR(value->estimate.high, std::pow(10, of_logs.high), 1e-6);
  EXPECT_NEAR(value->estimate.sd, of_logs.sd, 1e-12);
  EXPECT_EQ(value->censored, 2 * std::int64_t{kSeeds});
  EXPECT_EQ(value->sequences, 8 * std::int64_t{kSeeds});
}

TEST_F(StatisticsTest, DifferencesArePairedBySeedAndAveragedOverLayers) {
  make_store();
  const Statistics statistics = read();
  const Difference& difference = difference_at(statistics, 3, {"mean", Metric::kHittingTimeForwardMean});
  EXPECT_EQ(difference.baseline, 2);
  std::vector<double> expected;
  for (std::int64_t seed = 0; seed < kSeeds; ++seed) {
    expected.push_back((sample_log(22 + seed, 0) + sample_log(22 + seed, 1)) / 2 -
                       (sample_log(15 + seed, 0) + sample_log(15 + seed, 1)) / 2);
    EXPECT_NEAR(difference.seeds[static_cast<std::size_t>(seed)].difference, expected.back(), 1e-12);
  }
  EXPECT_NEAR(difference.estimate.mean, estimate_mean(expected).mean, 1e-12);
  EXPECT_NEAR(difference.estimate.low, estimate_mean(expected).low, 1e-12);
  EXPECT_EQ(difference.p, smallest_sign_flip_p(kSeeds));  // all of one sign
}

TEST_F(StatisticsTest, TheFamilyIsWhatTheSweepFixes) {
  make_store();
  const Statistics statistics = read();
  EXPECT_EQ(statistics.family, 4);  // two metrics, two tasks, one arm each beside the baseline
  std::int64_t confirmatory = 0;
  for (const Difference& one : statistics.differences) {
    const bool primary = one.place.layer == "mean" && (one.place.metric == Metric::kHittingTimeForwardMean ||
                                                       one.place.metric == Metric::kFidelityMinInner);
    EXPECT_EQ(one.label == Label::kConfirmatory, primary);
    EXPECT_EQ(one.holm_p.has_value(), primary);
    if (!primary) continue;
    ++confirmatory;
    EXPECT_EQ(one.holm_p, 4 * smallest_sign_flip_p(kSeeds));
    EXPECT_TRUE(one.cannot_reject);  // 4 x 2^-6 > 0.05
  }
  EXPECT_EQ(confirmatory, 4);
  EXPECT_EQ(difference_at(read({.split = "train"}), 1, {"mean", Metric::kFidelityMinInner}).label,
            Label::kExploratory);
}

TEST_F(StatisticsTest, BrokenPairsSayWhy) {
  make_store([](protocol::TrialId trial) { return trial == 9 || trial == 3; });
  const Difference difference = difference_at(read(), 1, {"0", Metric::kFidelityMinInner});
  EXPECT_EQ(difference.estimate.n, kSeeds - 2);
  ASSERT_EQ(difference.broken.size(), 2);
  EXPECT_EQ(difference.broken[0].seed, 1);
  EXPECT_EQ(difference.broken[0].reason, "trial is failed");
  EXPECT_EQ(difference.broken[1].seed, 2);
  EXPECT_EQ(difference.broken[1].reason, "baseline trial is failed");
  EXPECT_FALSE(difference.p.has_value());  // five pairs
  EXPECT_TRUE(difference.cannot_reject);
}

TEST_F(StatisticsTest, TrendsAreSlopesOnTheLogOfTheHeadCount) {
  make_store([](protocol::TrialId trial) { return trial == 3; });
  const Statistics statistics = read();
  const auto trend = std::ranges::find_if(statistics.trends, [](const Trend& one) {
    return one.task == "copy" && one.place == Place{"1", Metric::kFidelityMinInner};
  });
  ASSERT_NE(trend, statistics.trends.end());
  ASSERT_EQ(trend->broken.size(), 1);
  EXPECT_EQ(trend->broken[0].reason, "trial with 1 heads is failed");
  std::vector<double> slopes;  // from 1 to 2 heads: one doubling
  for (const std::int64_t seed : {0, 1, 3, 4, 5, 6})
    slopes.push_back(sample_fidelity(8 + seed, 1) - sample_fidelity(1 + seed, 1));
  EXPECT_NEAR(trend->slope.mean, estimate_mean(slopes).mean, 1e-9);
  EXPECT_NEAR(trend->p, one_sample_p(estimate_mean(slopes)), 1e-12);
}

TEST_F(StatisticsTest, NullsOfTheSameTrialsAndInClosedForm) {
  make_store();
  const Statistics statistics = read();
  const auto find = [&](const std::string& null, const Place& place) {
    return std::ranges::find_if(statistics.nulls, [&](const NullDifference& one) {
      return one.arm == 1 && one.null == null && one.place == place;
    });
  };
  const auto untrained = find("untrained", {"0", Metric::kFidelityMinInner});
  ASSERT_NE(untrained, statistics.nulls.end());
  EXPECT_EQ(untrained->difference.n, kSeeds);
  EXPECT_NEAR(untrained->difference.mean, 0, 1e-9);  // the sample's null has the layer's own numbers
  const auto previous = find("previous_token", {"mean", Metric::kFidelityMinInner});
  ASSERT_NE(previous, statistics.nulls.end());
  EXPECT_EQ(previous->null_value, 1);
  std::vector<double> differences;
  for (std::int64_t trial = 8; trial <= 14; ++trial)
    differences.push_back((sample_fidelity(trial, 0) + sample_fidelity(trial, 1)) / 2 - 1);
  EXPECT_NEAR(previous->difference.mean, estimate_mean(differences).mean, 1e-9);
  EXPECT_EQ(find("previous_token", {"-1", Metric::kFidelityMinInner}), statistics.nulls.end());
}

TEST_F(StatisticsTest, AtEqualAccuracyNothingIsConfirmatory) {
  make_store();
  const Statistics statistics = read({.at = ComparedAt::kAccuracy});
  EXPECT_TRUE(statistics.nulls.empty());
  for (const Difference& one : statistics.differences) EXPECT_EQ(one.label, Label::kExploratory);
  const auto value = std::ranges::find_if(statistics.values, [](const ArmValue& one) {
    return one.arm == 0 && one.place == Place{"0", Metric::kFidelityMinInner};
  });
  ASSERT_NE(value, statistics.values.end());
  EXPECT_EQ(value->seeds[0].value, sample_fidelity(1001, 0));  // measured along the way, at 97%
}

}  // namespace
}  // namespace headsweep::results
