// The released checkpoints: metrics of exactly the float32 attention that is stored, and of all their sequences.
#include "golden_attention.h"

#include <cmath>

#include "close_to.h"
#include "metrics/measure.h"

namespace headsweep::metrics {
namespace {

using nlohmann::json;
using StoredAttention = GoldenAttention;

void expect_values(const MetricValues& actual, const json& expected, double relative) {
  EXPECT_TRUE(close_to(actual[Metric::kMixingTimePaper], expected["code_mixing"], relative));
  EXPECT_TRUE(close_to(actual[Metric::kFidelityMin], expected["phi_min_incl"], relative, 0));
  EXPECT_TRUE(close_to(actual[Metric::kFidelityMinInner], expected["phi_min_excl"], relative, 0));
  EXPECT_EQ(actual[Metric::kFidelityArgminInner], expected["phi_argmin_excl"].get<double>());
  EXPECT_TRUE(
      close_to(actual[Metric::kHittingTimeBackwardMean], time_or_infinity(expected["hit_mean"]), relative));
  EXPECT_TRUE(
      close_to(actual[Metric::kHittingTimeBackwardMax], time_or_infinity(expected["hit_max"]), relative));
  EXPECT_EQ(actual[Metric::kMixingTimeBackward], time_or_infinity(expected["tmix"]));
}

void expect_diversity(const MetricValues& actual, const json& expected, double relative) {
  EXPECT_TRUE(close_to(actual[Metric::kDisagreementPositionLi], expected["D_pos"], relative));
  if (expected["cos_maps"].is_null()) {
    EXPECT_TRUE(std::isnan(actual[Metric::kCosineSimilarity]));
    return;
  }
  EXPECT_TRUE(close_to(-actual[Metric::kDisagreementPosition], expected["D_pos_offdiag_overlap"], relative));
  EXPECT_TRUE(close_to(actual[Metric::kJsDivergence], expected["js_norm"], relative));
  EXPECT_TRUE(close_to(actual[Metric::kCosineSimilarity], expected["cos_maps"], relative));
  EXPECT_TRUE(close_to(actual[Metric::kCommutatorNorm], expected["commutator"], relative));
}

TEST_P(StoredAttention, EveryHeadAndTheirCombination) {
  const json golden = golden_json(std::string(GetParam()) + ".json");
  for (std::size_t l = 0; l < golden["layers_metrics"].size(); ++l) {
    SCOPED_TRACE(testing::Message() << "layer " << l);
    const json& layer = golden["layers_metrics"][l];
    const json& expected = layer["from_stored_float32_attention_seq0"];
    const StoredLayer stored = stored_layer(l, layer["head_importance"]);
    const auto heads = static_cast<std::int64_t>(stored.importance.size());
    const LayerValues values =
        measure_layer({heads, kPositions, 0, stored.attention, stored.importance, {}, {}}, {});
    expect_values(values.combined, expected["multi"], 1e-12);
    for (std::size_t h = 0; h < values.heads.size(); ++h) {
      SCOPED_TRACE(testing::Message() << "head " << h);
      expect_values(values.heads[h], expected["heads"][h], 1e-12);
    }
    expect_diversity(values.combined, expected["diversity"], 1e-12);
  }
}

// Sequence `s` of the lists that a golden layer keeps by sequence.
json of_sequence(const json& lists, std::size_t s) {
  json result;
  for (const auto& [name, list] : lists.items()) {
    if (list.is_array()) result[name] = list[s];
  }
  return result;
}

TEST_P(StoredAttention, CombinedAttentionOfEverySequence) {
  const json golden = golden_json(std::string(GetParam()) + ".json");
  const std::vector<double> importance = {1.0};
  for (std::size_t l = 0; l < golden["layers_metrics"].size(); ++l) {
    for (std::size_t s = 0; s < 8; ++s) {
      SCOPED_TRACE(testing::Message() << "layer " << l << ", sequence " << s);
      const std::vector<double> combined = dense("combined_tril", 8 * l + s, 1);
      const LayerValues values = measure_layer({1, kPositions, 0, combined, importance, {}, {}}, {});
      // Computed from the attention before it was rounded to float32.
      expect_values(values.combined, of_sequence(golden["layers_metrics"][l]["multi"], s), 1e-4);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, StoredAttention, kCheckpoints, checkpoint_name);

}  // namespace
}  // namespace headsweep::metrics
