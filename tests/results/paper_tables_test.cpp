#include "results/paper_tables.h"

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>

#include "sample_store.h"

namespace headsweep::results {
namespace {

using metrics::Metric;
using testing::HasSubstr;

using PaperTablesTest = StoreTest;

// Trials of sample_sweep(3): copy 1 head 1-3, copy 2 heads 4-6, cycle 1 head 7-9, cycle 2 heads 10-12.
TEST_F(PaperTablesTest, ValuesOfAStoreAreOverSeeds) {
  make_finished_store(path());
  StoreReader reader(path());
  const std::vector<PaperValue> values = paper_values(reader);
  EXPECT_EQ(values.size(), 4U * 2 * 3);  // arms, layers, quantities
  const auto found = std::ranges::find_if(values, [](const PaperValue& value) {
    return value.task == "cycle" && value.heads == 2 && value.layer == 1 &&
           value.metric == Metric::kMixingTimePaper;
  });
  ASSERT_NE(found, values.end());
  std::vector<double> seeds;
  for (const int trial : {10, 11, 12})
    seeds.push_back(sample_metric(trial, 1, protocol::Split::kHeldOut, Metric::kMixingTimePaper));
  const double mean = (seeds[0] + seeds[1] + seeds[2]) / 3;
  double squares = 0;
  for (const double seed : seeds) squares += (seed - mean) * (seed - mean);
  EXPECT_NEAR(found->mean, mean, 1e-9);
  EXPECT_NEAR(found->sd, std::sqrt(squares / 2), 1e-9);
  EXPECT_EQ(found->n, 3);
  EXPECT_EQ(found->over, kOverSeeds);
}

TEST_F(PaperTablesTest, AStoreWithoutResultsSaysSo) {
  {
    OwnedStore store(path());
    freeze(store, sample_sweep());
  }
  StoreReader reader(path());
  EXPECT_THAT(user_error_of([&] { paper_values(reader); }), HasSubstr("holds no results yet"));
}

TEST(PaperTextTest, ALineAModelAndAColumnALayer) {
  const std::string measured = R"({"task": "copy", "heads": 4, "layers": [
    {"layer": 0, "metrics": {
      "mixing_time_paper": {"mean": 12.5, "std": 0.25, "per_sequence": [12.25, 12.75]},
      "fidelity_min": {"mean": 0.0125, "std": 0.001, "per_sequence": [0.0115, 0.0135]},
      "fidelity_min_inner": {"mean": null, "std": null, "per_sequence": [null, null]}}}]})";
  std::vector<PaperValue> values = paper_values(measured);
  ASSERT_EQ(values.size(), 3U);
  PaperValue other = values[0];
  other.heads = 1;
  other.model = "1 head";
  other.layer = 1;
  other.mean = 50;
  values.push_back(other);
  EXPECT_EQ(render_paper_tables(values, Format::kTable),
            "copy: mixing_time_paper (steps, capped at 100), mean ± standard deviation over sequences\n"
            "model    n  layer 0      layer 1\n"
            "-------  -  -----------  ---------\n"
            "1 head   2               50 ± 0.25\n"
            "4 heads  2  12.5 ± 0.25\n"
            "\n"
            "copy: fidelity_min (percent), mean ± standard deviation over sequences\n"
            "model    n  layer 0\n"
            "-------  -  ----------\n"
            "4 heads  2  1.25 ± 0.1\n"
            "\n"
            "copy: fidelity_min_inner (percent), mean ± standard deviation over sequences\n"
            "model    n  layer 0\n"
            "-------  -  -------\n"
            "4 heads  2  -\n");
}

}  // namespace
}  // namespace headsweep::results
