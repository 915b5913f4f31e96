// Rank 0 ends before any run, as after "the store is owned by another run": the workers, who wait for work,
// are dismissed and every rank finalizes. With one rank there is nobody to dismiss.
#include "tests/mpi/rank_count.h"
#include "tests/orchestrator/scripted_worker.h"

int main(int argc, char** argv) {
  using namespace headsweep::orchestrator;
  MpiSession session;
  if (!testing::has_expected_ranks(session, argc, argv)) return session.end(1);
  if (session.rank() > 0) {
    testing::Stage stage([](auto, auto, auto) { return testing::Deed::kTrain; });
    testing::ScriptedWorker worker(session.rank(), stage);
    testing::play(worker, session.coordinator_link());
  }
  return session.end(0);
}
