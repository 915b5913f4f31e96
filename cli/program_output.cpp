#include "cli/program_output.h"

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "errors/user_error.h"
#include "worker/pipe/descriptor.h"

namespace headsweep::cli {
namespace {

std::string error_text(int error) {
  return std::generic_category().message(error);
}

std::pair<pipe::Descriptor, pipe::Descriptor> open_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw UserError("cannot open a pipe: " + error_text(errno));
  return {pipe::Descriptor(ends[0]), pipe::Descriptor(ends[1])};
}

pid_t start(const std::vector<std::string>& argv, int stdout_descriptor) {
  std::vector<std::string> words = argv;
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, stdout_descriptor, STDOUT_FILENO);
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, pointers[0], &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw UserError("cannot start " + argv[0] + ": " + error_text(error));
  return pid;
}

std::string read_all(int descriptor) {
  std::string text;
  std::array<char, 65536> buffer{};
  while (true) {
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count > 0) {
      text.append(buffer.data(), static_cast<std::size_t>(count));
    } else if (count == 0 || errno != EINTR) {
      return text;
    }
  }
}

int wait_for(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

StartedProgram::StartedProgram(const std::vector<std::string>& argv) {
  auto [read_end, write_end] = open_pipe();
  pid_ = start(argv, write_end.number());
  output_ = std::move(read_end);
}  // write_end closes: the end of the program is the end of the pipe

ProgramOutput StartedProgram::finish() {
  std::string text = read_all(output_.number());
  return {wait_for(pid_), std::move(text)};
}

ProgramOutput run_program(const std::vector<std::string>& argv) {
  return StartedProgram(argv).finish();
}

}  // namespace headsweep::cli
