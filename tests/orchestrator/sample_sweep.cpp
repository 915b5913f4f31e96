#include "tests/orchestrator/sample_sweep.h"

namespace headsweep::orchestrator::testing {

results::FrozenSweep sample_sweep(std::int64_t trials) {
  results::FrozenSweep sweep{};
  sweep.sweep = 1;
  sweep.name = "sample";
  sweep.hash = "hash";
  sweep.trials = trials;
  sweep.next_attempt = 1;
  for (std::int64_t i = 0; i < trials; ++i) {
    results::OpenTrial trial = {.trial = i + 1,
                                .key = "key " + std::to_string(i + 1),
                                .settings = {},
                                .parameters = 100 + i,
                                .failed_attempts = 0};
    trial.settings.model.width = 16;
    trial.settings.training.steps = 100;
    trial.settings.seed = static_cast<std::uint32_t>(i);
    sweep.open.push_back(trial);
  }
  return sweep;
}

SchedulerOptions sample_options() {
  return {.welcome = {.store_folder = "/store.d",
                      .device = "cpu",
                      .threads = 1,
                      .step = "auto",
                      .tf32 = false,
                      .checkpoint_every_seconds = 60,
                      .trial_timeout_seconds = 600,
                      .heartbeat_seconds = 1},
          .keep_models = KeepModels(1, 1, 0)};
}

protocol::TrialResult sample_result(double seconds) {
  protocol::TrialResult result{};
  result.parameters = 1000;
  result.steps = 100;
  result.train_seconds = seconds;
  result.step_kind = "eager";
  result.device = "cpu";
  return result;
}

protocol::WorkerHello sample_hello() {
  return {.host = "node", .pid = 7, .device = "cpu", .threads = 1};
}

}  // namespace headsweep::orchestrator::testing
