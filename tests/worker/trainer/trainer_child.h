// The real headsweep-trainer as a child of a test.
#pragma once

#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "worker/pipe/frame_pipe.h"

namespace headsweep::trainer {

class TrainerChild {
 public:
  // Started with the frame pipe at descriptor 3; `parent_pid` as its argument, or this process.
  explicit TrainerChild(std::optional<pid_t> parent_pid = std::nullopt);
  ~TrainerChild();
  TrainerChild(const TrainerChild&) = delete;
  TrainerChild& operator=(const TrainerChild&) = delete;

  void send(const protocol::Message& message) { pipe_->send(message); }

  // The next message of that kind; others are passed over. Nothing if it ends, or takes minutes.
  template <class T>
  std::optional<T> next() {
    while (auto message = next_message()) {
      if (T* const held = std::get_if<T>(&*message)) return std::move(*held);
    }
    return std::nullopt;
  }

  void kill() { ::kill(pid_, SIGKILL); }
  void close_pipe() { pipe_.reset(); }
  // Waits for its end: what waitpid() says.
  int wait_status();
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  std::optional<protocol::Message> next_message();

  std::optional<pipe::FramePipe> pipe_;
  pid_t pid_ = -1;
  bool waited_ = false;
};

struct Finished {
  int exit_code;
  std::string output;
  std::string errors;
};

// Runs headsweep-trainer with these arguments to its end.
Finished run_trainer(const std::vector<std::string>& arguments);

}  // namespace headsweep::trainer
