// The same scenarios twice: against the recording fake, and with the coordinator's loop over the local
// transport and a thread for each worker.
#include <barrier>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "errors/user_error.h"
#include "orchestrator/coordinator.h"
#include "orchestrator/local_transport.h"
#include "tests/orchestrator/memory_sink.h"
#include "tests/orchestrator/quiet_observer.h"
#include "tests/orchestrator/recording_fake.h"
#include "tests/orchestrator/sample_sweep.h"
#include "tests/orchestrator/scenarios.h"

namespace headsweep::orchestrator::testing {
namespace {

SchedulerOptions options_of(const Scenario& scenario) {
  SchedulerOptions options = sample_options();
  options.stack = scenario.bundle;
  options.gang = scenario.gang;
  options.retries = scenario.retries;
  options.limit = scenario.limit;
  return options;
}

class ScenarioTest : public ::testing::TestWithParam<Scenario> {};

TEST_P(ScenarioTest, AgainstTheRecordingFake) {
  const Scenario& scenario = GetParam();
  Stage stage(scenario.script);
  RecordingFake fake(options_of(scenario), sample_sweep(scenario.trials), scenario.workers, stage);
  const Ending ending = fake.play(scenario.stop_after);
  fake.expect_nothing_left();
  scenario.expect(ending, fake.ledger());
}

// The coordinator turns an ending with an error into an exception; this turns it back.
Ending run_to_the_end(Coordinator& coordinator) {
  try {
    return coordinator.run();
  } catch (const UserError& error) {
    return {.end = RunEnd::kStopped, .why = error.what(), .every_worker_left = true, .error = error.what()};
  }
}

TEST_P(ScenarioTest, OverTheLocalTransport) {
  const Scenario& scenario = GetParam();
  SchedulerOptions options = options_of(scenario);
  options.lease_seconds = 2;
  options.welcome.heartbeat_seconds = 0.05;

  Stage stage(scenario.script);
  LocalTransport transport(scenario.workers);
  std::vector<std::unique_ptr<ScriptedWorker>> workers;
  std::vector<std::thread> threads;
  // In step, or on a busy machine one of them might do everything before another has begun.
  std::barrier in_step(scenario.workers);
  for (protocol::WorkerId id = 1; id <= scenario.workers; ++id) {
    workers.push_back(std::make_unique<ScriptedWorker>(id, stage));
    threads.emplace_back([&, id, worker = workers.back().get()] {
      play(*worker, transport.coordinator(id), [&] { in_step.arrive_and_wait(); });
      in_step.arrive_and_drop();
    });
  }

  MemorySink sink;
  QuietObserver observer;
  const StopRequest stop = [&]() -> std::optional<std::string> {
    if (!scenario.stop_after || sink.ledger().done() < *scenario.stop_after) return std::nullopt;
    return "the test asked for it";
  };
  Coordinator coordinator(Scheduler(options, sample_sweep(scenario.trials)), transport.workers(), sink,
                          observer, stop, std::nullopt);
  const Ending ending = run_to_the_end(coordinator);
  transport.close();
  for (std::thread& thread : threads) thread.join();

  scenario.expect(ending, sink.ledger());
  EXPECT_EQ(sink.ledger().open_attempts(), 0);
  for (const auto& worker : workers) EXPECT_FALSE(worker->has_loose_ends());
}

INSTANTIATE_TEST_SUITE_P(All, ScenarioTest, ::testing::ValuesIn(all_scenarios()),
                         [](const auto& scenario) { return scenario.param.name; });

}  // namespace
}  // namespace headsweep::orchestrator::testing
