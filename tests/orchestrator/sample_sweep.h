// Sweeps, options and results for the tests of the orchestrator.
#pragma once

#include <cstdint>

#include "orchestrator/scheduler.h"
#include "protocol/messages.h"
#include "results/store.h"

namespace headsweep::orchestrator::testing {

// `trials` open trials of tiny equal shapes, seeds 0, 1, ...; attempts start at 1.
results::FrozenSweep sample_sweep(std::int64_t trials);

SchedulerOptions sample_options();

// A result that took so long.
protocol::TrialResult sample_result(double seconds = 1);

protocol::WorkerHello sample_hello();

}  // namespace headsweep::orchestrator::testing
