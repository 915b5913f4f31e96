#include "metrics/metric.h"

#include <algorithm>

#include "errors/check.h"

namespace headsweep::metrics {
namespace {

constexpr auto kPlain = Scale::kPlain;
constexpr auto kWalkTime = Scale::kWalkTime;
constexpr auto kLayer = Scope::kLayer;
constexpr auto kHead = Scope::kHead;
constexpr auto kBoth = Scope::kBoth;

constexpr std::array<MetricInfo, kMetricCount> kMetrics = {{
    {Metric::kMixingTimePaper, "mixing_time_paper", "steps", kPlain, kBoth, true,
     "expected steps, cut at 100, of the walk that the paper's released program simulates"},
    {Metric::kMixingTimeForward, "mixing_time_forward", "steps", kWalkTime, kBoth, true,
     "steps until a token is absorbed by the last position with probability 3/4, from the worst start"},
    {Metric::kMixingTimeBackward, "mixing_time_backward", "steps", kWalkTime, kBoth, true,
     "steps until a query's information is traced to position 0 with probability 3/4, from the worst start"},
    {Metric::kHittingTimeForwardMean, "hitting_time_forward_mean", "steps", kWalkTime, kBoth, true,
     "expected steps of a token to the last position, mean over the other positions"},
    {Metric::kHittingTimeForwardMax, "hitting_time_forward_max", "steps", kWalkTime, kBoth, true,
     "expected steps of a token to the last position, from the worst position"},
    {Metric::kHittingTimeBackwardMean, "hitting_time_backward_mean", "steps", kWalkTime, kBoth, true,
     "expected steps from a query back to position 0, mean over the other positions"},
    {Metric::kHittingTimeBackwardMax, "hitting_time_backward_max", "steps", kWalkTime, kBoth, true,
     "expected steps from a query back to position 0, from the worst position"},
    {Metric::kProgressProbabilityForward, "progress_probability_forward", "fraction", kPlain, kBoth, true,
     "smallest probability to leave a position in one step of the forward walk"},
    {Metric::kProgressProbabilityBackward, "progress_probability_backward", "fraction", kPlain, kBoth, true,
     "smallest probability to leave a position in one step of the backward walk"},
    {Metric::kFidelityMinInner, "fidelity_min_inner", "fraction", kPlain, kBoth, true,
     "largest share of a position that ever reaches the last one, of the worst position before the last"},
    {Metric::kFidelityMin, "fidelity_min", "fraction", kPlain, kBoth, true,
     "the same with the last position itself among the candidates, as the paper's released program has it"},
    {Metric::kFidelityArgminInner, "fidelity_argmin_inner", "position", kPlain, kBoth, true,
     "the position that fidelity_min_inner belongs to, the lowest of equals"},
    {Metric::kFidelityArgminInnerT, "fidelity_argmin_inner_t", "step", kPlain, kBoth, true,
     "the first step at which that position's share is largest; 0: it never arrives"},
    {Metric::kFidelityCensored, "fidelity_censored", "flag", kPlain, kBoth, true,
     "1 if that position's share may still rise after the horizon"},
    {Metric::kHeadImportance, "head_importance", "fraction", kPlain, kHead, true,
     "the head's share of the norms of the attention's output projection"},
    {Metric::kFidelityParallel, "fidelity_parallel", "fraction", kPlain, kLayer, true,
     "fidelity_min_inner if every walk keeps the head that it starts with"},
    {Metric::kFidelitySwitchingGain, "fidelity_switching_gain", "fraction", kPlain, kLayer, true,
     "what paths that change heads add: fidelity_min_inner - fidelity_parallel"},
    {Metric::kHittingSynergyForward, "hitting_synergy_forward", "steps", kPlain, kLayer, false,
     "best head's hitting_time_forward_mean minus the combination's; positive: together better"},
    {Metric::kHittingSynergyBackward, "hitting_synergy_backward", "steps", kPlain, kLayer, false,
     "best head's hitting_time_backward_mean minus the combination's; positive: together better"},
    {Metric::kHittingSynergyForwardWorst, "hitting_synergy_forward_worst", "steps", kPlain, kLayer, false,
     "worst head's hitting_time_forward_mean minus the combination's"},
    {Metric::kHittingSynergyBackwardWorst, "hitting_synergy_backward_worst", "steps", kPlain, kLayer, false,
     "worst head's hitting_time_backward_mean minus the combination's"},
    {Metric::kHittingSwitchingGainForward, "hitting_switching_gain_forward", "steps", kPlain, kLayer, false,
     "importance-weighted mean of the heads' hitting_time_forward_mean minus the combination's"},
    {Metric::kHittingSwitchingGainBackward, "hitting_switching_gain_backward", "steps", kPlain, kLayer, false,
     "importance-weighted mean of the heads' hitting_time_backward_mean minus the combination's"},
    {Metric::kProgressSynergyForward, "progress_synergy_forward", "fraction", kPlain, kLayer, false,
     "the combination's progress_probability_forward minus the best head's"},
    {Metric::kProgressSynergyBackward, "progress_synergy_backward", "fraction", kPlain, kLayer, false,
     "the combination's progress_probability_backward minus the best head's"},
    {Metric::kMixingSynergyPaper, "mixing_synergy_paper", "steps", kPlain, kLayer, false,
     "best head's mixing_time_paper minus the combination's; positive: together better"},
    {Metric::kMixingSynergyPaperMean, "mixing_synergy_paper_mean", "steps", kPlain, kLayer, false,
     "weighted mean of the heads' mixing_time_paper minus the combination's"},
    {Metric::kMixingSynergyPaperWorst, "mixing_synergy_paper_worst", "steps", kPlain, kLayer, false,
     "worst head's mixing_time_paper minus the combination's"},
    {Metric::kFidelitySynergy, "fidelity_synergy", "fraction", kPlain, kLayer, false,
     "the combination's fidelity_min minus the best head's"},
    {Metric::kFidelitySynergyMean, "fidelity_synergy_mean", "fraction", kPlain, kLayer, false,
     "the combination's fidelity_min minus the weighted mean of the heads'"},
    {Metric::kFidelitySynergyWorst, "fidelity_synergy_worst", "fraction", kPlain, kLayer, false,
     "the combination's fidelity_min minus the worst head's"},
    {Metric::kFidelitySynergyInner, "fidelity_synergy_inner", "fraction", kPlain, kLayer, false,
     "the combination's fidelity_min_inner minus the best head's"},
    {Metric::kFidelitySynergyInnerMean, "fidelity_synergy_inner_mean", "fraction", kPlain, kLayer, false,
     "the combination's fidelity_min_inner minus the weighted mean of the heads'"},
    {Metric::kFidelitySynergyInnerWorst, "fidelity_synergy_inner_worst", "fraction", kPlain, kLayer, false,
     "the combination's fidelity_min_inner minus the worst head's"},
    {Metric::kDisagreementOutput, "disagreement_output", "-", kPlain, kLayer, false,
     "minus the mean cosine of two heads' outputs at the same position"},
    {Metric::kDisagreementPosition, "disagreement_position", "-", kPlain, kLayer, false,
     "minus the mean overlap of two heads' attention rows"},
    {Metric::kDisagreementSubspace, "disagreement_subspace", "-", kPlain, kLayer, false,
     "minus the mean cosine of two heads' value vectors at the same position"},
    {Metric::kDisagreementOutputLi, "disagreement_output_li", "-", kPlain, kLayer, false,
     "disagreement_output with each head's pair with itself counted (Li et al. 2018)"},
    {Metric::kDisagreementPositionLi, "disagreement_position_li", "-", kPlain, kLayer, false,
     "disagreement_position with each head's pair with itself counted (Li et al. 2018)"},
    {Metric::kDisagreementSubspaceLi, "disagreement_subspace_li", "-", kPlain, kLayer, false,
     "disagreement_subspace with each head's pair with itself counted (Li et al. 2018)"},
    {Metric::kJsDivergence, "js_divergence", "-", kPlain, kLayer, false,
     "Jensen-Shannon divergence of the heads' attention rows over ln(heads), mean over rows"},
    {Metric::kCosineSimilarity, "cosine_similarity", "-", kPlain, kLayer, false,
     "mean cosine of two heads' attention matrices"},
    {Metric::kCommutatorNorm, "commutator_norm", "-", kPlain, kLayer, false,
     "mean relative Frobenius norm of A_a A_b - A_b A_a over pairs of heads"},
    {Metric::kLinearCka, "linear_cka", "-", kPlain, kLayer, false,
     "mean linear centred kernel alignment of two heads' outputs (Kornblith et al. 2019)"},
    {Metric::kFidelityRelevant, "fidelity_relevant", "fraction", kPlain, kBoth, false,
     "largest share that ever arrives from the key a target needs, mean over the positions with such a key"},
}};

constexpr bool in_order_of_enumeration() {
  for (std::size_t i = 0; i < kMetrics.size(); ++i) {
    if (kMetrics[i].metric != static_cast<Metric>(i)) return false;
  }
  return true;
}
static_assert(in_order_of_enumeration());

}  // namespace

std::span<const MetricInfo, kMetricCount> all_metrics() {
  return kMetrics;
}

const MetricInfo& metric_info(Metric metric) {
  const auto index = static_cast<std::size_t>(metric);
  check(index < kMetricCount, "no such metric");
  return kMetrics[index];
}

std::optional<Metric> find_metric(std::string_view name) {
  const auto* found = std::ranges::find(kMetrics, name, &MetricInfo::name);
  if (found == kMetrics.end()) return std::nullopt;
  return found->metric;
}

}  // namespace headsweep::metrics
