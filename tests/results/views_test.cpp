// The views' numbers against sums made here from the numbers that went in.
#include <cmath>
#include <optional>

#include "results/metric_columns.h"
#include "results/statistics/student_t.h"
#include "sample_store.h"

namespace headsweep::results {
namespace {

using metrics::Metric;
using protocol::Split;

// Trials of sample_sweep(3): copy 1 head 1-3, copy 2 heads 4-6, cycle 1 head 7-9, cycle 2 heads 10-12.
class ViewsTest : public StoreTest {
 protected:
  void SetUp() override { make_finished_store(path()); }

  [[nodiscard]] double real(const std::string& statement) const {
    return std::get<double>(sql_cell(path(), statement));
  }
};

struct Interval {
  double mean;
  double sd;
  double low;
  double high;
};

Interval interval_of(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += value;
  const double mean = sum / n;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const double sd = std::sqrt(squares / (n - 1));
  const double half =
      student_t_quantile(0.95, static_cast<std::int64_t>(values.size()) - 1) * sd / std::sqrt(n);
  return {mean, sd, mean - half, mean + half};
}

TEST_F(ViewsTest, LayerResultsHoldWhatWasMeasured) {
  for (const metrics::MetricInfo& info : metrics::all_metrics()) {
    const std::string name(info.name);
    const Table row =
        sql(path(), "SELECT " + name + ", " + name + "_std, " + name +
                        "_n FROM layer_results WHERE trial = 5 AND layer = 1 AND split = 'heldout'");
    ASSERT_EQ(row.rows.size(), 1);
    EXPECT_EQ(row.rows[0][0], Cell(sample_metric(5, 1, Split::kHeldOut, info.metric))) << name;
    EXPECT_EQ(row.rows[0][1], Cell(0.125)) << name;
    EXPECT_EQ(row.rows[0][2], Cell(std::int64_t{8})) << name;
  }
  EXPECT_EQ(sql_integer(path(),
                        "SELECT mixing_time_forward_censored FROM layer_results WHERE trial = 5 "
                        "AND layer = 1 AND split = 'heldout'"),
            2);
  EXPECT_EQ(sql_integer(path(), "SELECT count(DISTINCT metrics_version) FROM layer_results"), 1);
}

TEST_F(ViewsTest, HeadResultsHoldWhatWasMeasured) {
  EXPECT_EQ(real("SELECT head_importance FROM head_results WHERE trial = 5 AND head = 1"),
            sample_metric(5, 11, Split::kHeldOut, Metric::kHeadImportance));
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM head_results"), 24);
}

TEST_F(ViewsTest, SummaryOfAPlainMetric) {
  std::vector<double> values;
  for (const int trial : {4, 5, 6})
    values.push_back(sample_metric(trial, 1, Split::kTrain, Metric::kFidelityMinInner));
  const Interval expected = interval_of(values);
  const std::string where =
      " FROM summary WHERE task = 'copy' AND heads = 2 AND layer = 1 AND split = 'train'";
  EXPECT_NEAR(real("SELECT fidelity_min_inner" + where), expected.mean, 1e-9);
  EXPECT_NEAR(real("SELECT fidelity_min_inner_sd" + where), expected.sd, 1e-9);
  EXPECT_NEAR(real("SELECT fidelity_min_inner_low" + where), expected.low, 1e-9);
  EXPECT_NEAR(real("SELECT fidelity_min_inner_high" + where), expected.high, 1e-9);
  EXPECT_EQ(sql_integer(path(), "SELECT seeds" + where), 3);
  EXPECT_EQ(sql_integer(path(), "SELECT fidelity_min_inner_n" + where), 3);
  EXPECT_EQ(real("SELECT failure_rate" + where), 0);
}

TEST_F(ViewsTest, SummaryOfWalkTimesIsOnTheLogScale) {
  std::vector<double> logs;
  for (const int trial : {10, 11, 12}) {
    logs.push_back(std::log10(sample_metric(trial, 0, Split::kHeldOut, Metric::kHittingTimeForwardMean)));
  }
  const Interval expected = interval_of(logs);
  const std::string where =
      " FROM summary WHERE task = 'cycle' AND heads = 2 AND layer = 0 AND split = 'heldout'";
  EXPECT_NEAR(real("SELECT hitting_time_forward_mean" + where), std::pow(10, expected.mean), 1e-6);
  EXPECT_NEAR(real("SELECT hitting_time_forward_mean_sd" + where), expected.sd, 1e-12);
  EXPECT_NEAR(real("SELECT hitting_time_forward_mean_low" + where), std::pow(10, expected.low), 1e-6);
  EXPECT_NEAR(real("SELECT hitting_time_forward_mean_high" + where), std::pow(10, expected.high), 1e-6);
  EXPECT_EQ(sql_integer(path(), "SELECT hitting_time_forward_mean_censored" + where), 6);
}

TEST_F(ViewsTest, SummaryShowsAccuracyBesideEveryLayer) {
  const Interval expected = interval_of({0.99, 0.98, 0.97});
  const std::string where =
      " FROM summary WHERE task = 'copy' AND heads = 1 AND layer = 0 AND split = 'heldout'";
  EXPECT_NEAR(real("SELECT accuracy" + where), expected.mean, 1e-12);
  EXPECT_NEAR(real("SELECT accuracy_sd" + where), expected.sd, 1e-12);
  EXPECT_NEAR(real("SELECT accuracy_low" + where), expected.low, 1e-12);
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM summary"), 4 * 2 * 2);
}

TEST_F(ViewsTest, NullsStandBesideTheValuesOfSummary) {
  const std::string arm =
      " FROM summary WHERE task = 'copy' AND heads = 2 AND split = 'heldout' AND layer = ";
  double sum = 0;
  double logs = 0;
  for (const int trial : {4, 5, 6}) {
    sum += sample_metric(trial, 0, Split::kHeldOut, Metric::kFidelityMinInner);
    logs += std::log10(sample_metric(trial, 0, Split::kHeldOut, Metric::kMixingTimeForward));
  }
  EXPECT_NEAR(real("SELECT fidelity_min_inner_untrained" + arm + "0"), sum / 3, 1e-9);
  EXPECT_NEAR(real("SELECT mixing_time_forward_untrained" + arm + "0"), std::pow(10, logs / 3), 1e-6);
  EXPECT_EQ(sql_cell(path(), "SELECT fidelity_min_inner_untrained" + arm + "1"),
            Cell());  // the sample has none
  EXPECT_EQ(sql_cell(path(), "SELECT fidelity_min_inner_permuted" + arm + "0"), Cell());
  EXPECT_NEAR(real("SELECT hitting_time_forward_max_uniform" + arm + "1"), 4.988877957861, 1e-11);
  EXPECT_EQ(real("SELECT fidelity_min_inner_identity" + arm + "1"), 0);
  EXPECT_EQ(real("SELECT fidelity_min_inner_previous_token" + arm + "1"), 1);
}

TEST_F(ViewsTest, NullsOfEveryArm) {
  EXPECT_NEAR(
      real(
          "SELECT value FROM nulls WHERE \"null\" = 'uniform' AND task = 'cycle' AND heads = 2 AND layer = 1 "
          "AND metric = 'hitting_time_forward_max'"),
      4.988877957861, 1e-11);
  double logs = 0;
  for (const int trial : {4, 5, 6}) {
    logs += std::log10(sample_metric(trial, 0, Split::kHeldOut, Metric::kMixingTimeForward));
  }
  EXPECT_NEAR(real("SELECT value FROM nulls WHERE \"null\" = 'untrained' AND task = 'copy' AND heads = 2 AND "
                   "layer = 0 "
                   "AND metric = 'mixing_time_forward'"),
              std::pow(10, logs / 3), 1e-6);
  EXPECT_EQ(sql_integer(path(), "SELECT count(DISTINCT \"null\") FROM nulls"), 4);
  // Attention of one head has no diversity.
  EXPECT_EQ(sql_integer(path(),
                        "SELECT count(*) FROM nulls WHERE \"null\" = 'uniform' AND metric = 'js_divergence'"),
            0);
}

TEST_F(ViewsTest, PairsAreOfEqualSeed) {
  const auto metric = [](int trial, Metric which) { return sample_metric(trial, 1, Split::kTrain, which); };
  const std::string where = " FROM pairs WHERE layer = 1 AND split = 'train' AND trial = 11 AND metric = ";
  EXPECT_NEAR(real("SELECT difference" + where + "'fidelity_min'"),
              metric(11, Metric::kFidelityMin) - metric(8, Metric::kFidelityMin), 1e-9);
  EXPECT_NEAR(real("SELECT difference" + where + "'mixing_time_forward'"),
              std::log10(metric(11, Metric::kMixingTimeForward) / metric(8, Metric::kMixingTimeForward)),
              1e-12);
  EXPECT_EQ(sql_integer(path(), "SELECT baseline_trial" + where + "'fidelity_min'"), 8);
  EXPECT_EQ(sql_cell(path(), "SELECT broken_reason" + where + "'fidelity_min'"), Cell());
  EXPECT_EQ(
      sql_cell(path(), "SELECT arm = (SELECT arm FROM trials WHERE trial = 12)" + where + "'fidelity_min'"),
      Cell(std::int64_t{1}));
  EXPECT_EQ(sql_integer(path(), "SELECT count(DISTINCT trial) FROM pairs"), 6);
}

TEST_F(ViewsTest, CurveAndTheFirstMeasurementAtNinetyPercent) {
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM curve_results WHERE trial = 4"), 2);
  EXPECT_EQ(sql_cell(path(), "SELECT layer FROM curve_results WHERE trial = 4 AND step = 50"), Cell());
  const double along = sample_metric(1004, 0, Split::kHeldOut, Metric::kFidelityMin);
  EXPECT_EQ(real("SELECT fidelity_min FROM curve_results WHERE trial = 4 AND step = 80"), along);
  EXPECT_EQ(real("SELECT fidelity_min FROM at_accuracy WHERE trial = 4"), along);
  EXPECT_EQ(sql_integer(path(), "SELECT step FROM at_accuracy WHERE trial = 4"), 80);
}

TEST_F(ViewsTest, TheExampleOfTheInterfaceRuns) {
  const Table table = sql(path(),
                          "select heads, avg(mixing_time_paper), avg(fidelity_min_inner) from layer_results "
                          "where task='copy' and layer=0 group by heads");
  EXPECT_EQ(table.rows.size(), 2);
}

class FailingViewsTest : public StoreTest {};

TEST_F(FailingViewsTest, SummaryCountsFailuresAlsoWhereNothingSucceeded) {
  make_finished_store(path(), 3, [](protocol::TrialId trial) { return trial == 1 || trial >= 10; });
  EXPECT_NEAR(std::get<double>(sql_cell(path(),
                                        "SELECT DISTINCT failure_rate FROM summary WHERE task = 'copy' "
                                        "AND heads = 1")),
              1.0 / 3, 1e-15);
  const Table lost = sql(path(),
                         "SELECT seeds, failed, failure_rate, layer, accuracy FROM summary "
                         "WHERE task = 'cycle' AND heads = 2");
  ASSERT_EQ(lost.rows.size(), 1);
  EXPECT_EQ(lost.rows[0], (std::vector<Cell>{std::int64_t{0}, std::int64_t{3}, 1.0, Cell(), Cell()}));
}

// The attempts of the sample diverge; here one of the failed trials ended otherwise.
TEST_F(FailingViewsTest, SummaryTellsDivergedTrialsFromOtherFailures) {
  make_finished_store(path(), 4, [](protocol::TrialId trial) { return trial <= 2; });
  sql(path(), "UPDATE attempts SET reason = 'timeout' WHERE trial = 1");
  const std::string where =
      " FROM summary WHERE layer = 0 AND split = 'train' AND task = 'copy' AND heads = ";
  EXPECT_EQ(sql_cell(path(), "SELECT divergence_rate" + where + "1"), Cell(0.25));
  EXPECT_EQ(sql_cell(path(), "SELECT failure_rate" + where + "1"), Cell(0.5));
  EXPECT_EQ(sql_cell(path(), "SELECT divergence_rate" + where + "2"), Cell(0.0));
}

TEST_F(FailingViewsTest, OneSeedHasNoInterval) {
  make_finished_store(path(), 1);
  const Table table =
      sql(path(), "SELECT seeds, accuracy_sd, accuracy_low, mixing_time_forward_high FROM summary");
  ASSERT_EQ(table.rows.size(), 16);
  for (const std::vector<Cell>& row : table.rows) {
    EXPECT_EQ(row, (std::vector<Cell>{std::int64_t{1}, Cell(), Cell(), Cell()}));
  }
}

TEST_F(FailingViewsTest, BrokenPairsSayWhy) {
  make_finished_store(path(), 3, [](protocol::TrialId trial) { return trial == 1 || trial == 11; });
  const auto reason = [&](int seed, const std::string& task) {
    std::string sql =
        "SELECT DISTINCT p.broken_reason FROM pairs p JOIN trials t USING (trial) WHERE p.seed = ";
    sql.append(std::to_string(seed)).append(" AND t.task = '").append(task);
    return sql_cell(path(), sql.append("' AND metric = 'fidelity_min'"));
  };
  EXPECT_EQ(reason(0, "copy"), Cell("baseline trial is failed"));
  EXPECT_EQ(reason(1, "copy"), Cell());
  EXPECT_EQ(reason(1, "cycle"), Cell("trial is failed"));
  EXPECT_EQ(
      sql_integer(path(), "SELECT count(*) FROM pairs WHERE (difference IS NULL) = (broken_reason IS NULL)"),
      0);
}

}  // namespace
}  // namespace headsweep::results
