// run_agent() with real child processes (fake_trainer) and a coordinator in memory.
#include "worker/agent/run_agent.h"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "fake_coordinator.h"
#include "protocol/log_files.h"
#include "tests/temporary_folder.h"

namespace headsweep::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using namespace protocol;

class RunAgent : public ::testing::Test {
 protected:
  RunAgent() {
    options_.trainer = HEADSWEEP_FAKE_TRAINER;
    coordinator_.emplace(folder_.path());
  }

  void run() {
    end_ = run_agent(options_, *coordinator_);
    expect_no_process_left();
  }

  // Trainers write their process number into their logs.
  std::set<pid_t> started() {
    std::set<pid_t> numbers;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
      std::ifstream log(entry.path());
      for (std::string line; std::getline(log, line);) {
        if (line.starts_with("pid=")) numbers.insert(std::stoi(line.substr(4)));
      }
    }
    return numbers;
  }

  void expect_no_process_left() {
    for (const pid_t number : started()) EXPECT_TRUE(ends(number)) << number;
  }

  // A killed process that is not a child of ours may take a moment to go.
  static bool ends(pid_t number) {
    for (int look = 0; look < 10'000 && lives(number); ++look) usleep(1000);
    return !lives(number);
  }

  // A dead child of a dead child may wait for init to take notice.
  static bool lives(pid_t number) {
    std::ifstream status("/proc/" + std::to_string(number) + "/stat");
    std::string text;
    if (!std::getline(status, text)) return false;
    return text.at(text.rfind(')') + 2) != 'Z';
  }

  const AttemptFailed& failure(AttemptId attempt) { return coordinator_->failures.at(attempt); }

  TemporaryFolder folder_;
  AgentOptions options_;
  std::optional<FakeCoordinator> coordinator_;
  AgentEnd end_{};
};

TEST_F(RunAgent, TrainsBundlesWithOneTrainer) {
  coordinator_->assign({FakeTrial::kFine, FakeTrial::kFine});
  coordinator_->assign({FakeTrial::kFine});
  run();
  EXPECT_EQ(end_, AgentEnd::kDismissed);
  EXPECT_TRUE(coordinator_->said_goodbye);
  EXPECT_THAT(coordinator_->results, SizeIs(3));
  EXPECT_THAT(started(), SizeIs(1));
  ASSERT_TRUE(coordinator_->hello);
  EXPECT_EQ(coordinator_->hello->pid, getpid());
  EXPECT_NE(coordinator_->hello->host, "");
}

TEST_F(RunAgent, StartsNoTrainerWithoutWork) {
  struct ShutdownAtFirstHeartbeat : FakeCoordinator {
    using FakeCoordinator::FakeCoordinator;
    void send(const Message& message) override {
      if (std::holds_alternative<WorkerHeartbeat>(message)) return shut_down();
      FakeCoordinator::send(message);
    }
  } coordinator(folder_.path());
  EXPECT_EQ(run_agent(options_, coordinator), AgentEnd::kDismissed);
  EXPECT_TRUE(coordinator.said_goodbye);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "logs"));
}

TEST_F(RunAgent, GivesTheTrainerACleanProcess) {
  setenv("OMPI_COMM_WORLD_RANK", "1", 1);
  setenv("PMIX_RANK", "1", 1);
  // Left open for children by somebody else in this process.
  const int leaked = fcntl(STDIN_FILENO, F_DUPFD, 100);
  ASSERT_GE(leaked, 100);
  coordinator_->welcome.threads = 3;
  coordinator_->assign({FakeTrial::kFine});
  run();
  close(leaked);
  unsetenv("OMPI_COMM_WORLD_RANK");
  unsetenv("PMIX_RANK");
  const TrialResult& seen = coordinator_->results.at(1);
  EXPECT_EQ(seen.device, "0,1,2,3") << "open descriptors";
  EXPECT_EQ(seen.step_kind, "") << "MPI variables";
  EXPECT_EQ(seen.build, "/dev/null") << "stdin";
  EXPECT_EQ(seen.steps, 1) << "leads its own process group";
  EXPECT_EQ(seen.tokens, getpid()) << "is a child of the agent";
  EXPECT_EQ(seen.model_file, "2 10 15 ") << "leaves INT, USR1 and TERM to the coordinator";
  EXPECT_EQ(seen.numerics,
            "--parent-pid " + std::to_string(getpid()) + " --device cpu --threads 3 --step eager ");
}

TEST_F(RunAgent, ACrashCostsTheRunningBundleOnly) {
  coordinator_->assign({FakeTrial::kFine, FakeTrial::kSegfaults, FakeTrial::kFine});
  coordinator_->assign({FakeTrial::kIsKilled});
  coordinator_->assign({FakeTrial::kFine});
  run();
  EXPECT_EQ(end_, AgentEnd::kDismissed);
  EXPECT_THAT(coordinator_->results, SizeIs(2));
  EXPECT_TRUE(coordinator_->results.contains(1)) << "was done before the crash";
  EXPECT_TRUE(coordinator_->results.contains(5));
  EXPECT_EQ(failure(2).reason, EndReason::kTrainerKilled);
  EXPECT_EQ(failure(2).signal, SIGSEGV);
  EXPECT_EQ(failure(3).signal, SIGSEGV);
  EXPECT_EQ(failure(4).signal, SIGKILL);
  EXPECT_EQ(failure(2).log_tail, "trial 1001 begins\ntrial 1 begins");
  EXPECT_THAT(started(), SizeIs(3));
}

TEST_F(RunAgent, ReportsAnExitWithItsCode) {
  coordinator_->assign({FakeTrial::kExits});
  coordinator_->assign({FakeTrial::kDiverges});
  run();
  EXPECT_EQ(failure(1).reason, EndReason::kTrainerExited);
  EXPECT_EQ(failure(1).exit_code, 3);
  EXPECT_EQ(failure(2).reason, EndReason::kDiverged);
  EXPECT_EQ(failure(2).message, "loss is NaN at step 17");
}

TEST_F(RunAgent, KillsAHungTrainer) {
  options_.limits.least_progress = 1;
  coordinator_->assign({FakeTrial::kHangs});
  coordinator_->assign({FakeTrial::kFine});
  run();
  EXPECT_EQ(failure(1).reason, EndReason::kTrainerHung);
  EXPECT_EQ(failure(1).log_tail, "trial 1004 begins");
  EXPECT_TRUE(coordinator_->results.contains(2));
}

TEST_F(RunAgent, KillsATrialThatIsTooLong) {
  coordinator_->welcome.trial_timeout_seconds = 0.2;
  coordinator_->assign({FakeTrial::kIsSlow});
  run();
  EXPECT_EQ(failure(1).reason, EndReason::kTimeout);
}

TEST_F(RunAgent, KillsATrainerThatWritesGarbage) {
  coordinator_->assign({FakeTrial::kWritesGarbage});
  coordinator_->assign({FakeTrial::kFine});
  run();
  EXPECT_EQ(failure(1).reason, EndReason::kBadFrames);
  EXPECT_THAT(failure(1).message, HasSubstr("no message"));
  EXPECT_TRUE(coordinator_->results.contains(2));
}

TEST_F(RunAgent, GivesUpOnATrainerThatEndsBeforeItsHello) {
  coordinator_->welcome.step = "exits";
  const std::filesystem::path earlier = trial_log(folder_.path(), static_cast<TrialId>(FakeTrial::kFine));
  std::filesystem::create_directories(earlier.parent_path());
  std::ofstream(earlier) << "an earlier attempt";
  coordinator_->assign({FakeTrial::kFine, FakeTrial::kFine});
  run();
  EXPECT_EQ(failure(1).reason, EndReason::kCannotStart);
  EXPECT_EQ(failure(1).exit_code, 7);
  EXPECT_THAT(failure(1).message, EndsWith("before its hello: no device for this test"));
  EXPECT_EQ(failure(2).reason, EndReason::kCannotStart);
  EXPECT_THAT(failure(1).log_tail, HasSubstr("pid="))
      << "the worker's log, since that of the trial is of another attempt";
  EXPECT_THAT(started(), SizeIs(3));
}

TEST_F(RunAgent, ReportsATrainerThatCannotBeExecuted) {
  options_.trainer = folder_.path() / "nothing-here";
  coordinator_->assign({FakeTrial::kFine});
  run();
  EXPECT_EQ(failure(1).reason, EndReason::kCannotStart);
  EXPECT_THAT(failure(1).message, HasSubstr("nothing-here': No such file or directory"));
}

TEST_F(RunAgent, ReportsAStoreFolderThatCannotBeWritten) {
  std::ofstream(folder_.path() / "logs") << "a file";
  coordinator_->assign({FakeTrial::kFine});
  run();
  EXPECT_EQ(failure(1).reason, EndReason::kCannotStart);
  EXPECT_THAT(failure(1).message, HasSubstr("cannot write the trainer's log"));
}

TEST_F(RunAgent, KillsWhatATrainerLeavesBehind) {
  coordinator_->assign({FakeTrial::kLeavesAChild});
  run();
  EXPECT_EQ(failure(1).exit_code, 4);
  EXPECT_THAT(started(), SizeIs(Ge(2))) << "trainer and child, and perhaps the next trainer";
}

TEST_F(RunAgent, DrainStopsTheTrainerAndReturnsTheRest) {
  coordinator_->drain_on_progress = true;
  coordinator_->assign({FakeTrial::kIsSlow, FakeTrial::kIsSlow});
  coordinator_->assign({FakeTrial::kFine});
  run();
  EXPECT_EQ(end_, AgentEnd::kDismissed);
  EXPECT_TRUE(coordinator_->said_goodbye);
  EXPECT_THAT(coordinator_->returned, ElementsAre(3));
  EXPECT_EQ(failure(1).reason, EndReason::kStopped);
  EXPECT_EQ(failure(2).message, "stopped; checkpoint of step 90");
}

TEST_F(RunAgent, DrainKillsATrainerThatIgnoresIt) {
  options_.limits.trainer_stop = 0.2;
  coordinator_->drain_on_progress = true;
  coordinator_->assign({FakeTrial::kIgnoresStop});
  run();
  EXPECT_EQ(end_, AgentEnd::kDismissed);
  EXPECT_EQ(failure(1).reason, EndReason::kStopped);
  EXPECT_THAT(failure(1).message, HasSubstr("did not stop within"));
}

TEST_F(RunAgent, ALostCoordinatorEndsTrainerAndAgent) {
  options_.limits.least_silence = 1;
  options_.limits.silent_heartbeats = 1;
  coordinator_->silent = true;
  coordinator_->assign({FakeTrial::kIsSlow});
  run();
  EXPECT_EQ(end_, AgentEnd::kCoordinatorLost);
  EXPECT_FALSE(coordinator_->said_goodbye);
  EXPECT_THAT(started(), SizeIs(1));
}

TEST_F(RunAgent, LeavesAtOnceWhenTheTransportKnowsThatTheCoordinatorEnded) {
  coordinator_->ended = true;
  run();
  EXPECT_EQ(end_, AgentEnd::kCoordinatorLost);
  EXPECT_FALSE(coordinator_->said_goodbye);
}

TEST_F(RunAgent, LeavesNoTrainerBehindWhenItsLinkThrows) {
  struct Broken : FakeCoordinator {
    using FakeCoordinator::FakeCoordinator;
    void send(const Message& message) override {
      if (std::holds_alternative<AttemptProgress>(message)) throw std::runtime_error("link");
      FakeCoordinator::send(message);
    }
  } broken(folder_.path());
  broken.assign({FakeTrial::kIsSlow});
  EXPECT_THROW(static_cast<void>(run_agent(options_, broken)), std::runtime_error);
  EXPECT_THAT(started(), SizeIs(1));
  expect_no_process_left();
}

TEST_F(RunAgent, BundlesLargerThanThePipeArrive) {
  std::vector<FakeTrial> many(5000, FakeTrial::kFine);
  coordinator_->assign(many);
  run();
  EXPECT_THAT(coordinator_->results, SizeIs(5000));
}

}  // namespace
}  // namespace headsweep::agent
