// The metrics that one attention matrix has by itself: a head's, a layer's combination, a model's rollout.
#pragma once

#include "metrics/fidelity.h"
#include "metrics/metric.h"

namespace headsweep::metrics {

// Sets mixing_time_*, hitting_time_* and progress_probability_*. `flow`: the forward walk's matrix, columns
// summing to one (metrics/walk.h).
void set_walk_metrics(const LowerTriangle& attention, const LowerTriangle& flow, MetricValues& values);

// Of these only mixing_time_paper, hitting_time_*_mean and progress_probability_*: what synergies compare.
void set_expected_steps(const LowerTriangle& attention, const LowerTriangle& flow, MetricValues& values);

// Sets fidelity_min, fidelity_min_inner, its argmin and step, fidelity_censored. `walk` stands at the
// horizon.
void set_fidelity(const FidelityWalk& walk, MetricValues& values);

// Sets fidelity_min and fidelity_min_inner alone.
void set_min_fidelity(const FidelityWalk& walk, MetricValues& values);

}  // namespace headsweep::metrics
