// Worker 2 kills itself with a trial in its hands; under `mpirun --enable-recovery` the others finish the
// sweep, and everybody leaves although MPI_Finalize could hang.
#include <csignal>
#include <iostream>
#include <optional>

#include "orchestrator/coordinator.h"
#include "tests/mpi/rank_count.h"
#include "tests/orchestrator/memory_sink.h"
#include "tests/orchestrator/quiet_observer.h"
#include "tests/orchestrator/sample_sweep.h"
#include "tests/orchestrator/scripted_worker.h"

namespace headsweep::orchestrator::testing {
namespace {

Deed die_as_worker_two(protocol::WorkerId worker, protocol::TrialId, std::int64_t) {
  if (worker == 2) raise(SIGKILL);
  return Deed::kTrain;
}

void train(MpiSession& session) {
  Stage stage(die_as_worker_two);
  ScriptedWorker worker(session.rank(), stage);
  play(worker, session.coordinator_link());
}

bool coordinate(MpiSession& session) {
  SchedulerOptions options = sample_options();
  options.lease_seconds = 3;
  MemorySink sink;
  QuietObserver observer;
  Coordinator coordinator(
      Scheduler(options, sample_sweep(20)), session.worker_links(), sink, observer,
      [] { return std::nullopt; }, std::nullopt);
  const Ending ending = coordinator.run();
  return ending.end == RunEnd::kAllDone && !ending.every_worker_left && sink.ledger().done() == 20 &&
         sink.ledger().events("worker_lost") == 1;
}

int run(int argc, char** argv) {
  MpiSession session;
  if (!has_expected_ranks(session, argc, argv)) return session.end(1);
  if (session.rank() > 0) {
    train(session);
  } else {
    std::cout << (coordinate(session) ? "all trials done without the lost worker" : "Failure") << std::endl;
  }
  return session.end(0);
}

}  // namespace
}  // namespace headsweep::orchestrator::testing

int main(int argc, char** argv) {
  return headsweep::orchestrator::testing::run(argc, argv);
}
