// Feeds the agent's core with events and does what it asks for.
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>

#include <poll.h>
#include <unistd.h>

#include "errors/user_error.h"
#include "protocol/log_files.h"
#include "worker/agent/agent_core.h"
#include "worker/agent/idle_wait.h"
#include "worker/agent/log_tail.h"
#include "worker/agent/run_agent.h"
#include "worker/agent/trainer_device.h"
#include "worker/agent/trainer_process.h"

namespace headsweep::agent {
namespace {

std::string host_name() {
  std::array<char, 256> name{};  // Linux names have at most 64 characters
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::uintmax_t size_or_zero(const std::filesystem::path& file) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  return error ? 0 : size;
}

// What a trainer that ended before its hello wrote last to the log, which had log_begin bytes before: why. It signs with its
// name, which the message has already.
std::string last_words(const std::filesystem::path& log, std::uintmax_t log_begin) {
  constexpr std::string_view kSignature = "headsweep-trainer: ";
  if (size_or_zero(log) <= log_begin) return "";
  const std::string line = last_line(log);
  return line.starts_with(kSignature) ? line.substr(kSignature.size()) : line;
}

class AgentLoop {
 public:
  AgentLoop(const AgentOptions& options, protocol::CoordinatorLink& link)
      : options_(options), link_(link), core_(hello(), options.limits, clock_.now()) {}

  AgentEnd run() {
    while (true) {
      do_actions();
      const bool heard = hear_coordinator();
      const bool read = hear_trainer();
      core_.on_time(clock_.now());
      do_actions();
      if (end_) return *end_;
      if (heard || read) {
        idle_.reset();
        readable_ = true;  // perhaps: looking costs less than asking
      } else {
        wait();
      }
    }
  }

 private:
  [[nodiscard]] protocol::WorkerHello hello() const {
    return {host_, getpid(), options_.device.name, options_.threads};
  }

  bool hear_coordinator() {
    bool heard = false;
    while (!end_) {
      auto message = link_.receive();
      if (!message) break;
      heard = true;
      core_.on_coordinator(clock_.now(), std::move(*message));
      do_actions();
    }
    if (!heard && link_.has_ended()) core_.on_coordinator_ended();
    return heard;
  }

  bool hear_trainer() {
    if (!trainer_) return false;
    // Asked for before reading, so that all that it wrote before its end is read before its end is told.
    const std::optional<TrainerExit> exit = look_for_exit();
    const bool read = (readable_ || exit) && read_frames();
    if (exit && trainer_) {
      trainer_.reset();
      core_.on_trainer_exit(clock_.now(), *exit);
      do_actions();
    }
    return read || exit.has_value();
  }

  // The end of the pipe tells of the end of the process, unless a child of it holds the pipe: so now and then anyway.
  std::optional<TrainerExit> look_for_exit() {
    const Time now = clock_.now();
    if (listening_ && now - looked_for_exit_ < std::chrono::milliseconds(100)) return std::nullopt;
    looked_for_exit_ = now;
    return trainer_->exited();
  }

  bool read_frames() {
    bool read = false;
    trainer_->pipe().flush();
    while (trainer_ && listening_) {
      try {
        auto message = trainer_->pipe().receive();
        if (!message) break;
        core_.on_trainer(clock_.now(), std::move(*message));
      } catch (const protocol::DecodeError& error) {
        listening_ = false;
        core_.on_bad_frames(clock_.now(), error.what());
      }
      read = true;
      do_actions();
    }
    if (trainer_ && listening_ && trainer_->pipe().at_end()) {
      listening_ = false;
      read = true;
      core_.on_trainer_closed(clock_.now());
    }
    return read;
  }

  void do_actions() {
    for (std::vector<Action> actions = core_.take_actions(); !actions.empty();
         actions = core_.take_actions()) {
      for (Action& action : actions) {
        std::visit([&](auto& one) { perform(one); }, action);
      }
    }
  }

  void perform(const ToCoordinator& action) { link_.send(action.message); }

  [[nodiscard]] std::string tail_of_trial(const ReportFailure& action) const {
    const auto log = protocol::trial_log(store_folder_, action.trial);
    if (action.logged_with == action.trial) return log_tail(log);
    return log_tail(log, protocol::trial_log(store_folder_, action.logged_with));
  }

  void perform(ReportFailure& action) {
    const bool cannot_start = action.failure.reason == protocol::EndReason::kCannotStart;
    if (!cannot_start) action.failure.log_tail = tail_of_trial(action);
    if (action.failure.log_tail.empty()) action.failure.log_tail = log_tail(log_file());
    const bool has_ended = action.failure.exit_code || action.failure.signal;
    if (cannot_start && has_ended) {
      if (const std::string words = last_words(log_file(), log_begin_); !words.empty())
        action.failure.message += ": " + words;
    }
    link_.send(std::move(action.failure));
  }

  void perform(const StartTrainer& action) {
    store_folder_ = action.store_folder;
    log_begin_ = size_or_zero(log_file());
    try {
      const TrainerDevice device = device_for_run(action.device, options_.device);
      trainer_.emplace(
          TrainerCommand{options_.trainer, device, action.threads, action.step, action.tf32, log_file()});
      listening_ = true;
    } catch (const UserError& error) {
      core_.on_start_failed(clock_.now(), error.what());
    }
  }

  void perform(const ToTrainer& action) { trainer_->pipe().send(action.message); }

  void perform(const KillTrainer&) { trainer_->kill(); }

  void perform(const EndAgent& action) {
    trainer_.reset();
    end_ = action.how;
  }

  [[nodiscard]] std::filesystem::path log_file() const {
    return protocol::worker_log(store_folder_, host_, getpid(), options_.local_worker_index);
  }

  // The trainer wakes us; the coordinator's link has to be looked at.
  void wait() {
    pollfd frames{-1, POLLIN, 0};
    if (trainer_ && listening_) frames.fd = trainer_->pipe().descriptor();
    if (trainer_ && trainer_->pipe().has_unsent()) frames.events |= POLLOUT;
    const auto duration = std::chrono::nanoseconds(idle_.next());
    const timespec timeout{0, duration.count()};
    readable_ = ppoll(&frames, 1, &timeout, nullptr) > 0;
  }

  const AgentOptions& options_;
  protocol::CoordinatorLink& link_;
  AwakeClock clock_;
  const std::string host_ = host_name();
  AgentCore core_;
  std::filesystem::path store_folder_;
  std::uintmax_t log_begin_ = 0;  // bytes of the log before the trainer's own
  std::optional<TrainerProcess> trainer_;
  bool listening_ = false;  // to the trainer: until the end of its pipe, or its first bad frame
  bool readable_ = false;   // the pipe: not asked for when poll() has just said no
  Time looked_for_exit_;
  IdleWait idle_;
  std::optional<AgentEnd> end_;
};

}  // namespace

AgentEnd run_agent(const AgentOptions& options, protocol::CoordinatorLink& link) {
  return AgentLoop(options, link).run();
}

}  // namespace headsweep::agent
