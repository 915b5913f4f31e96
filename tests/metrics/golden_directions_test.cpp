// The released checkpoints: both directions, parallel fidelity and synergies of sequence 0. The golden numbers come from
// attention in double precision, so what is stored in float32 can agree to its rounding only.
#include <cmath>

#include "close_to.h"
#include "golden_attention.h"
#include "metrics/measure.h"

namespace headsweep::metrics {
namespace {

using nlohmann::json;
using StoredDirections = GoldenAttention;

// Times above 1000 lose digits where float32 rounds a probability to stay near one.
double relative_tolerance(const MetricInfo& info, double expected) {
  const bool is_time = info.unit == "steps";
  return is_time && std::abs(expected) > 1000 ? 1e-3 : 1e-4;
}

void expect_by_name(const MetricValues& actual, const json& expected) {
  int compared = 0;
  for (const auto& [name, list] : expected.items()) {
    if (!list.is_array()) continue;
    const std::optional<Metric> metric = find_metric(name);
    ASSERT_TRUE(metric) << name;
    const double value = time_or_infinity(list[0]);
    // Differences of nearly equal shares are rounding themselves.
    EXPECT_TRUE(close_to(actual[*metric], value, relative_tolerance(metric_info(*metric), value), 1e-6))
        << name;
    ++compared;
  }
  EXPECT_GE(compared, 5);
}

TEST_P(StoredDirections, OfSequenceZero) {
  const json importances = golden_json(std::string(GetParam()) + ".json")["layers_metrics"];
  const json golden = golden_json(std::string(GetParam()) + ".directions.json");
  for (std::size_t l = 0; l < golden["layers"].size(); ++l) {
    SCOPED_TRACE(testing::Message() << "layer " << l);
    const StoredLayer stored = stored_layer(l, importances[l]["head_importance"]);
    const auto heads = static_cast<std::int64_t>(stored.importance.size());
    const LayerValues values =
        measure_layer({heads, kPositions, 0, stored.attention, stored.importance, {}, {}}, {});
    expect_by_name(values.combined, golden["layers"][l]["combined"]);
    for (std::size_t h = 0; h < values.heads.size(); ++h) {
      SCOPED_TRACE(testing::Message() << "head " << h);
      expect_by_name(values.heads[h], golden["layers"][l]["heads"][h]);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, StoredDirections, kCheckpoints, checkpoint_name);

}  // namespace
}  // namespace headsweep::metrics
