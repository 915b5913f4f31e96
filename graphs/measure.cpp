#include "graphs/measure.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "errors/user_error.h"
#include "graphs/combine.h"
#include "graphs/walk_step.h"

namespace headsweep::graphs {
namespace {

using metrics::Metric;

MixingTimes mixing(const CausalGraph& graph, Direction direction, const HittingTimes& hitting,
                   const MixingRule& rule, std::int64_t steps) {
  return std::isinf(hitting.max) ? MixingTimes::never(graph.size())
                                 : mixing_times(graph, direction, rule, steps);
}

void fill_values(GraphMeasurement& measured) {
  auto& values = measured.values;
  values[Metric::kMixingTimeForward] = measured.mixing_forward.worst;
  values[Metric::kMixingTimeBackward] = measured.mixing_backward.worst;
  values[Metric::kHittingTimeForwardMean] = measured.hitting_forward.mean;
  values[Metric::kHittingTimeForwardMax] = measured.hitting_forward.max;
  values[Metric::kHittingTimeBackwardMean] = measured.hitting_backward.mean;
  values[Metric::kHittingTimeBackwardMax] = measured.hitting_backward.max;
  values[Metric::kProgressProbabilityForward] = measured.hitting_forward.progress;
  values[Metric::kProgressProbabilityBackward] = measured.hitting_backward.progress;
  values[Metric::kFidelityMin] = measured.fidelity.min_all;
  const std::int64_t argmin = measured.fidelity.argmin_inner;
  if (argmin < 0) return;
  values[Metric::kFidelityMinInner] = measured.fidelity.min_inner;
  values[Metric::kFidelityArgminInner] = static_cast<double>(argmin);
  values[Metric::kFidelityArgminInnerT] = measured.fidelity.step[static_cast<std::size_t>(argmin)];
  values[Metric::kFidelityCensored] = measured.fidelity.censored ? 1 : 0;
}

double weighted_mean(std::span<const GraphMeasurement> heads, std::span<const double> weights,
                     Metric metric) {
  double sum = 0;
  for (std::size_t h = 0; h < heads.size(); ++h) {
    if (weights[h] > 0) sum += weights[h] * heads[h].values[metric];
  }
  return sum;
}

double smallest(std::span<const GraphMeasurement> heads, Metric metric) {
  return std::ranges::min_element(heads, {}, [&](const auto& head) { return head.values[metric]; })
      ->values[metric];
}

double largest(std::span<const GraphMeasurement> heads, Metric metric) {
  return std::ranges::max_element(heads, {}, [&](const auto& head) { return head.values[metric]; })
      ->values[metric];
}

void fill_synergies(std::span<const GraphMeasurement> heads, std::span<const double> weights,
                    metrics::MetricValues& together) {
  const auto fill_hitting = [&](Metric mean, Metric synergy, Metric switching_gain) {
    together[synergy] = smallest(heads, mean) - together[mean];
    together[switching_gain] = weighted_mean(heads, weights, mean) - together[mean];
  };
  fill_hitting(Metric::kHittingTimeForwardMean, Metric::kHittingSynergyForward,
               Metric::kHittingSwitchingGainForward);
  fill_hitting(Metric::kHittingTimeBackwardMean, Metric::kHittingSynergyBackward,
               Metric::kHittingSwitchingGainBackward);
  const auto fill_gain = [&](Metric alone, Metric synergy) {
    together[synergy] = together[alone] - largest(heads, alone);
  };
  fill_gain(Metric::kProgressProbabilityForward, Metric::kProgressSynergyForward);
  fill_gain(Metric::kProgressProbabilityBackward, Metric::kProgressSynergyBackward);
  fill_gain(Metric::kFidelityMin, Metric::kFidelitySynergy);
  fill_gain(Metric::kFidelityMinInner, Metric::kFidelitySynergyInner);
  together[Metric::kFidelitySwitchingGain] =
      together[Metric::kFidelityMinInner] - together[Metric::kFidelityParallel];
}

}  // namespace

std::optional<std::int64_t> horizon_for(std::int64_t n, const MeasureOptions& options) {
  if (options.horizon && *options.horizon < 1) {
    throw UserError("horizon = " + std::to_string(*options.horizon) + "; it must be at least 1 step");
  }
  if (options.horizon || n <= kLargeGraph) return options.horizon;
  return kLargeHorizon;
}

GraphMeasurement measure_graph(const CausalGraph& graph, const MeasureOptions& options) {
  check_rule(options.mixing);
  const auto horizon = horizon_for(graph.size(), options);
  const std::int64_t steps = step_limit(graph, horizon);
  GraphMeasurement measured;
  measured.edges = graph.edges();
  measured.steps = steps;
  measured.hitting_forward = hitting_times(graph, Direction::kForward);
  measured.hitting_backward = hitting_times(graph, Direction::kBackward);
  measured.mixing_forward =
      mixing(graph, Direction::kForward, measured.hitting_forward, options.mixing, steps);
  measured.mixing_backward =
      mixing(graph, Direction::kBackward, measured.hitting_backward, options.mixing, steps);
  measured.fidelity = fidelity(graph, horizon);
  measured.fidelity_normalised = static_cast<double>(graph.size()) * measured.fidelity.min_all;
  fill_values(measured);
  return measured;
}

Measurement measure_heads(std::span<const CausalGraph> heads, std::span<const double> weights,
                          const MeasureOptions& options) {
  Measurement measurement;
  for (const CausalGraph& head : heads) measurement.heads.push_back(measure_graph(head, options));
  auto& combined = measurement.combined;
  if (heads.size() == 1) {
    combined = measurement.heads.front();
    combined.values[Metric::kFidelityParallel] = combined.fidelity.min_inner;
  } else {
    combined = measure_graph(combine(heads, weights), options);
    combined.values[Metric::kFidelityParallel] =
        fidelity_parallel(heads, weights, horizon_for(heads.front().size(), options));
  }
  fill_synergies(measurement.heads, weights, combined.values);
  return measurement;
}

}  // namespace headsweep::graphs
