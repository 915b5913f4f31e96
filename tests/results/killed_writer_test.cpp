// kill -9 of a process that writes: what it said was committed is there, nothing is half-written, and the next run
// goes on.
#include <thread>

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "results/reader.h"
#include "results/verify.h"
#include "sample_store.h"
#include "trial/parameters.h"

namespace headsweep::results {
namespace {

using testing::IsEmpty;

using KilledWriterTest = StoreTest;

constexpr std::uint32_t kSeeds = 100;  // 400 trials

// Writes results one after the other and each committed attempt's number to `committed`.
[[noreturn]] void write_until_killed(const std::filesystem::path& path, int committed) {
  OwnedStore store(path);
  const FrozenSweep frozen = freeze(store, sample_sweep(kSeeds));
  StoreWriter writer(store, frozen.sweep);
  writer.submit(WorkerSeen{1, {"node1", 1, "cpu", 1}});
  const auto report = [&] {
    for (const protocol::AttemptId done : writer.take_committed()) {
      if (write(committed, &done, sizeof done) != sizeof done) _exit(1);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  };
  protocol::AttemptId attempt = frozen.next_attempt;
  for (const OpenTrial& open : frozen.open) {
    protocol::TrialResult result = sample_result(open.trial);
    result.parameters = trial::count_parameters(open.settings.model).total();
    writer.submit(AttemptStarted{attempt, open.trial, 1});
    writer.submit(AttemptSucceeded{attempt, open.trial, result});
    ++attempt;
    report();
  }
  for (;;) report();  // on a slow disk all is submitted before much is committed
}

// Kills the writer after it reported `reports` commits; the attempts that it reported.
std::vector<protocol::AttemptId> run_and_kill(const std::filesystem::path& path, std::size_t reports) {
  int pipes[2];
  if (pipe(pipes) != 0) throw std::runtime_error("no pipe");
  const pid_t child = fork();
  if (child == 0) {
    close(pipes[0]);
    write_until_killed(path, pipes[1]);
  }
  close(pipes[1]);
  std::vector<protocol::AttemptId> committed;
  protocol::AttemptId attempt = 0;
  while (committed.size() < reports && read(pipes[0], &attempt, sizeof attempt) == sizeof attempt) {
    committed.push_back(attempt);
  }
  kill(child, SIGKILL);
  while (read(pipes[0], &attempt, sizeof attempt) == sizeof attempt) committed.push_back(attempt);
  waitpid(child, nullptr, 0);
  close(pipes[0]);
  return committed;
}

TEST_F(KilledWriterTest, LosesNothingThatWasCommitted) {
  for (const std::size_t reports : {1, 40, 90}) {
    const std::vector<protocol::AttemptId> committed = run_and_kill(path(), reports);
    ASSERT_GE(committed.size(), reports);
    {
      // As it was left: readers need no owner to clear up first.
      StoreReader reader(path());
      EXPECT_THAT(verify(reader), IsEmpty());
    }
    for (const protocol::AttemptId attempt : committed) {
      EXPECT_EQ(
          sql_integer(path(), "SELECT count(*) FROM results WHERE attempt = " + std::to_string(attempt)), 1);
    }
  }
  OwnedStore store(path());
  const FrozenSweep frozen = freeze(store, sample_sweep(kSeeds));
  EXPECT_EQ(frozen.trials, 4 * kSeeds);
  EXPECT_EQ(static_cast<std::int64_t>(frozen.open.size()) + frozen.done, frozen.trials);
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM attempts WHERE state = 'running'"), 0);
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM events WHERE kind = 'recovered'"), 3);
  StoreReader reader(path());
  EXPECT_THAT(verify(reader), IsEmpty());
}

}  // namespace
}  // namespace headsweep::results
