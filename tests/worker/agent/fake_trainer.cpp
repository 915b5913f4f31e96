// A trainer that trains nothing: it speaks the protocol and misbehaves as the trial's number says (fake_trials.h).
// --step chooses how it starts: "exits" before its hello, anything else normally.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fake_trials.h"
#include "protocol/log_files.h"
#include "worker/agent/scrubbed_environment.h"
#include "worker/pipe/frame_pipe.h"

namespace headsweep::agent {
namespace {

using namespace protocol;

constexpr int kFrameDescriptor = 3;

// "0,1,2,3"
std::string open_descriptors() {
  std::vector<int> numbers;
  for (int number = 0; number < 1024; ++number) {
    if (fcntl(number, F_GETFD) >= 0) numbers.push_back(number);
  }
  std::string text;
  for (const int number : numbers) text += (text.empty() ? "" : ",") + std::to_string(number);
  return text;
}

std::string blocked_signals() {
  sigset_t blocked;
  pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  std::string numbers;
  for (int signal = 1; signal < NSIG; ++signal) {
    if (sigismember(&blocked, signal) == 1) numbers += std::to_string(signal) + " ";
  }
  return numbers;
}

std::string mpi_variables() {
  std::string names;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const std::string_view name = text.substr(0, text.find('='));
    if (is_mpi_variable(name)) names.append(name).append(" ");
  }
  return names;
}

class FakeTrainer {
 public:
  explicit FakeTrainer(std::vector<std::string> arguments) : arguments_(std::move(arguments)) {}

  void run() {
    std::printf("pid=%d\n", getpid());
    std::fflush(stdout);
    if (arguments_.back() == "exits") {
      std::fprintf(stderr, "headsweep-trainer: no device for this test\n");
      std::exit(7);
    }
    pipe_.send(TrainerHello{getpid(), "cpu", "none"});
    while (true) {
      const Message message = next_message();
      if (const auto* train = std::get_if<TrainBundle>(&message)) begin(*train);
      if (std::holds_alternative<StopTraining>(message)) stop();
    }
  }

 private:
  // Ends the process with the pipe.
  Message next_message() {
    while (true) {
      if (auto message = pipe_.receive()) return std::move(*message);
      if (pipe_.at_end()) std::exit(0);
      wait(-1);
    }
  }

  void wait(int milliseconds) {
    pollfd frames{kFrameDescriptor, POLLIN, 0};
    if (pipe_.has_unsent()) frames.events |= POLLOUT;
    poll(&frames, 1, milliseconds);
    pipe_.flush();
  }

  void send(const Message& message) {
    pipe_.send(message);
    while (pipe_.has_unsent()) wait(-1);
  }

  void begin(const TrainBundle& train) {
    for (const Assignment& one : train.bundle) {
      if (train_one(one, train.store_folder)) continue;
      held_.push_back(one);
    }
  }

  // Whether the trial was answered; else it goes on until it is stopped.
  bool train_one(const Assignment& one, const std::string& store_folder) {
    const std::string log = trial_log(store_folder, one.trial);
    if (std::freopen(log.c_str(), "a", stdout) == nullptr) std::exit(9);
    std::printf("trial %ld begins\n", static_cast<long>(one.trial));
    std::fflush(stdout);
    send(TrialProgress{one.attempt, 1, 1000});
    switch (static_cast<FakeTrial>(one.trial)) {
      case FakeTrial::kSegfaults:
        std::signal(SIGSEGV, SIG_DFL);  // a sanitizer has its own handler
        kill(getpid(), SIGSEGV);
        pause();
        break;
      case FakeTrial::kIsKilled:
        kill(getpid(), SIGKILL);
        pause();
        break;
      case FakeTrial::kExits:
        std::_Exit(3);
      case FakeTrial::kHangs:
        while (true) pause();
      case FakeTrial::kWritesGarbage:
        if (write(kFrameDescriptor, "terminate called after throwing", 31) < 0) std::exit(9);
        while (true) pause();
      case FakeTrial::kDiverges:
        send(TrialError{one.attempt, EndReason::kDiverged, "loss is NaN at step 17"});
        return true;
      case FakeTrial::kLeavesAChild:
        leave_a_child();
        break;
      case FakeTrial::kIsSlow:
        return false;
      case FakeTrial::kIgnoresStop:
        ignores_stop_ = true;
        return false;
      default:
        break;
    }
    send(TrialDone{one.attempt, result()});
    return true;
  }

  // It holds the frame pipe open and would outlive us.
  static void leave_a_child() {
    const pid_t child = fork();
    if (child == 0) {
      alarm(60);  // a test that fails leaves nothing for ever
      while (true) pause();
    }
    std::printf("pid=%d\n", child);
    std::fflush(stdout);
    std::_Exit(4);
  }

  void stop() {
    if (ignores_stop_) return;
    for (const Assignment& one : held_) send(TrialStopped{one.attempt, 90});
    held_.clear();
  }

  // What the tests look at.
  [[nodiscard]] TrialResult result() const {
    TrialResult result{};
    for (const std::string& argument : arguments_) result.numerics += argument + " ";
    result.device = open_descriptors();
    result.step_kind = mpi_variables();
    result.build = std::filesystem::read_symlink("/proc/self/fd/0").string();
    result.steps = getpgrp() == getpid() ? 1 : 0;
    result.tokens = getppid();
    result.model_file = blocked_signals();
    return result;
  }

  std::vector<std::string> arguments_;
  pipe::FramePipe pipe_{pipe::Descriptor(kFrameDescriptor)};
  std::vector<Assignment> held_;
  bool ignores_stop_ = false;
};

}  // namespace
}  // namespace headsweep::agent

int main(int count, char** arguments) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // nothing is left behind by a test that is killed
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  headsweep::agent::FakeTrainer({arguments + 1, arguments + count}).run();
}
