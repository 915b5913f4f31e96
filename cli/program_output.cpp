#include "cli/program_output.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "errors/user_error.h"
#include "worker/pipe/descriptor.h"

namespace headsweep::cli {
namespace {

constexpr std::int64_t kLongestPollMs = 3600'000;

std::string error_text(int error) {
  return std::generic_category().message(error);
}

std::pair<pipe::Descriptor, pipe::Descriptor> open_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw UserError("cannot open a pipe: " + error_text(errno));
  return {pipe::Descriptor(ends[0]), pipe::Descriptor(ends[1])};
}

using Clock = std::chrono::steady_clock;

pid_t start(const std::vector<std::string>& argv, int stdout_descriptor, bool silent) {
  std::vector<std::string> words = argv;
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, stdout_descriptor, STDOUT_FILENO);
  if (silent) posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, pointers[0], &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw UserError("cannot start " + argv[0] + ": " + error_text(error));
  return pid;
}

// Whether there is something to read, or the end, before the deadline.
bool wait_readable(int descriptor, Clock::time_point deadline) {
  while (true) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count() + 1;
    struct pollfd waiting = {descriptor, POLLIN, 0};
    const int ready = poll(&waiting, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, kLongestPollMs)));
    if (ready > 0) return true;
    if (Clock::now() >= deadline) return false;
  }
}

// To the end, or as far as it came by the deadline.
std::string read_all(int descriptor, Clock::time_point deadline) {
  std::string text;
  std::array<char, 65536> buffer{};
  while (wait_readable(descriptor, deadline)) {
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count > 0) {
      text.append(buffer.data(), static_cast<std::size_t>(count));
    } else if (count == 0 || errno != EINTR) {
      return text;
    }
  }
  return text;
}

int wait_for(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

StartedProgram::StartedProgram(const std::vector<std::string>& argv, bool silent) {
  auto [read_end, write_end] = open_pipe();
  pid_ = start(argv, write_end.number(), silent);
  output_ = std::move(read_end);
}  // write_end closes: the end of the program is the end of the pipe

ProgramOutput StartedProgram::finish() {
  return finish_until(Clock::time_point::max());
}

ProgramOutput StartedProgram::finish_within(std::chrono::seconds patience) {
  return finish_until(Clock::now() + patience);
}

ProgramOutput StartedProgram::finish_until(Clock::time_point deadline) {
  std::string text = read_all(output_.number(), deadline);
  if (Clock::now() >= deadline) kill(pid_, SIGKILL);
  return {wait_for(pid_), std::move(text)};
}

ProgramOutput run_program(const std::vector<std::string>& argv) {
  return StartedProgram(argv, false).finish();
}

ProgramOutput ask_program(const std::vector<std::string>& argv, std::chrono::seconds patience) {
  return StartedProgram(argv, true).finish_within(patience);
}

}  // namespace headsweep::cli
