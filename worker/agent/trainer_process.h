// The child process that trains.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <sys/types.h>

#include "worker/agent/trainer_device.h"
#include "worker/agent/trainer_end.h"
#include "worker/pipe/frame_pipe.h"

namespace headsweep::agent {

struct TrainerCommand {
  std::filesystem::path executable;
  TrainerDevice device;
  std::int64_t threads;
  std::string step;           // auto | eager | fused
  bool tf32;                  // of the fused step
  std::filesystem::path log;  // its stdout and stderr are appended there, until it redirects them itself
};

// One trainer, from start to end. Started without a shell as
//   EXECUTABLE --parent-pid PID --device D --threads N --step S [--tf32]
// in a process group of its own, with the frame pipe at descriptor 3, nothing above it, stdin from /dev/null, default
// signal handling, no MPI variable in its environment, and the device's CUDA_VISIBLE_DEVICES.
class TrainerProcess {
 public:
  // Throws UserError, one line, if it cannot be started.
  explicit TrainerProcess(const TrainerCommand& command);
  // Kills it with its group, and waits for its end: two seconds at most, since a process may hang in the kernel.
  ~TrainerProcess();
  TrainerProcess(const TrainerProcess&) = delete;
  TrainerProcess& operator=(const TrainerProcess&) = delete;

  pipe::FramePipe& pipe() { return pipe_; }

  // How it ended, once it has; what it left of its process group is killed then. Never blocks.
  [[nodiscard]] const std::optional<TrainerExit>& exited();

  // SIGKILL to its process group. Does nothing once it has ended.
  void kill();

 private:
  TrainerProcess(const TrainerCommand& command, std::pair<pipe::Descriptor, pipe::Descriptor> sockets);

  pid_t pid_;
  pipe::FramePipe pipe_;
  std::optional<TrainerExit> exit_;
};

}  // namespace headsweep::agent
