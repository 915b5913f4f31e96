#include "worker/agent/trainer_process.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <system_error>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "errors/check.h"
#include "errors/user_error.h"
#include "worker/agent/scrubbed_environment.h"
#include "worker/agent/spawn.h"

namespace headsweep::agent {
namespace {

using pipe::Descriptor;

constexpr int kFrameDescriptor = 3;
constexpr std::chrono::seconds kLongestEnd{2};

std::string describe(int error) {
  return std::generic_category().message(error);
}

Descriptor open_log(const std::filesystem::path& file) {
  std::error_code ignored;  // open() says it better
  std::filesystem::create_directory(file.parent_path(), ignored);
  Descriptor log(open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  if (log.number() < 0)
    throw UserError("cannot write the trainer's log '" + file.string() + "': " + describe(errno));
  return log;
}

// The same file at a number that the child does not use for anything else.
Descriptor above_frame_pipe(const Descriptor& descriptor) {
  Descriptor copy(fcntl(descriptor.number(), F_DUPFD_CLOEXEC, kFrameDescriptor + 1));
  if (copy.number() < 0) throw UserError("cannot start a trainer: " + describe(errno));
  return copy;
}

std::vector<std::string> arguments(const TrainerCommand& command) {
  std::vector<std::string> words = {command.executable.string(),
                                    "--parent-pid",
                                    std::to_string(getpid()),
                                    "--device",
                                    command.device.name,
                                    "--threads",
                                    std::to_string(command.threads),
                                    "--step",
                                    command.step};
  if (command.tf32) words.emplace_back("--tf32");
  return words;
}

std::vector<std::string> environment_of(const TrainerCommand& command) {
  std::vector<std::string> environment = scrubbed_environment(environ);
  if (command.device.visible_devices.empty()) return environment;
  std::erase_if(environment,
                [](const std::string& entry) { return entry.starts_with("CUDA_VISIBLE_DEVICES="); });
  environment.push_back("CUDA_VISIBLE_DEVICES=" + command.device.visible_devices);
  return environment;
}

pid_t start(const TrainerCommand& command, const Descriptor& socket) {
  const Descriptor log = above_frame_pipe(open_log(command.log));
  const Descriptor frames = above_frame_pipe(socket);
  SpawnFiles files;
  files.open_null(STDIN_FILENO);
  files.place(log.number(), STDOUT_FILENO);
  files.place(log.number(), STDERR_FILENO);
  files.place(frames.number(), kFrameDescriptor);
  files.close_from(kFrameDescriptor + 1);
  const Spawned spawned = spawn(command.executable, arguments(command), environment_of(command), files);
  if (spawned.error != 0) {
    throw UserError("cannot start the trainer '" + command.executable.string() +
                    "': " + describe(spawned.error));
  }
  return spawned.pid;
}

}  // namespace

TrainerProcess::TrainerProcess(const TrainerCommand& command)
    : TrainerProcess(command, pipe::socket_pair()) {}

TrainerProcess::TrainerProcess(const TrainerCommand& command, std::pair<Descriptor, Descriptor> sockets)
    : pid_(start(command, sockets.second)), pipe_(std::move(sockets.first)) {}

TrainerProcess::~TrainerProcess() {
  kill();
  const auto give_up = std::chrono::steady_clock::now() + kLongestEnd;
  while (!exited() && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

const std::optional<TrainerExit>& TrainerProcess::exited() {
  if (exit_) return exit_;
  siginfo_t info{};
  // Looked at before it is reaped: only until then its number surely means this process and its group.
  const int result = waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
  check(result == 0 || errno == EINTR, "a trainer is waited for by its agent only");
  if (result != 0 || info.si_pid == 0) return exit_;
  kill();
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) continue;
  if (info.si_code == CLD_EXITED) {
    exit_ = TrainerExit{std::nullopt, info.si_status};
  } else {
    exit_ = TrainerExit{info.si_status, std::nullopt};
  }
  return exit_;
}

void TrainerProcess::kill() {
  if (!exit_) ::kill(-pid_, SIGKILL);
}

}  // namespace headsweep::agent
