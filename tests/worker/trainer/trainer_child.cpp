#include "tests/worker/trainer/trainer_child.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "errors/check.h"
#include "tests/worker/trainer/small_trial.h"
#include "worker/trainer/whole_file.h"

namespace headsweep::trainer {
namespace {

constexpr int kFrameDescriptor = 3;
constexpr int kPatienceMilliseconds = 240'000;

pid_t spawn_trainer(const std::vector<std::string>& arguments, posix_spawn_file_actions_t& files) {
  std::vector<char*> argv;
  std::string program = HEADSWEEP_TRAINER_EXECUTABLE;
  argv.push_back(program.data());
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_t pid = -1;
  check(posix_spawn(&pid, program.c_str(), &files, nullptr, argv.data(), environ) == 0, "the trainer starts");
  return pid;
}

int wait_for(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) check(errno == EINTR, "the trainer can be waited for");
  return status;
}

}  // namespace

TrainerChild::TrainerChild(std::optional<pid_t> parent_pid) {
  auto [ours, theirs] = pipe::socket_pair();
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  // A copy at another number: dup2() onto itself would leave close-on-exec set.
  const pipe::Descriptor copy(fcntl(theirs.number(), F_DUPFD_CLOEXEC, kFrameDescriptor + 1));
  posix_spawn_file_actions_adddup2(&files, copy.number(), kFrameDescriptor);
  pid_ = spawn_trainer({"--parent-pid", std::to_string(parent_pid.value_or(getpid())), "--device", "cpu",
                        "--threads", "1", "--step", "auto"},
                       files);
  posix_spawn_file_actions_destroy(&files);
  pipe_.emplace(std::move(ours));
}

TrainerChild::~TrainerChild() {
  if (waited_) return;
  kill();
  wait_status();
}

std::optional<protocol::Message> TrainerChild::next_message() {
  while (true) {
    if (auto message = pipe_->receive()) return message;
    if (pipe_->at_end()) return std::nullopt;
    pollfd waited{pipe_->descriptor(), POLLIN, 0};
    if (poll(&waited, 1, kPatienceMilliseconds) == 0) return std::nullopt;
  }
}

int TrainerChild::wait_status() {
  waited_ = true;
  return wait_for(pid_);
}

Finished run_trainer(const std::vector<std::string>& arguments) {
  const TemporaryFolder folder;
  const auto out = folder.path() / "out";
  const auto err = folder.path() / "err";
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, err.c_str(), O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_addclose(&files,
                                    kFrameDescriptor);  // whoever runs the tests may have left one open
  const int status = wait_for(spawn_trainer(arguments, files));
  posix_spawn_file_actions_destroy(&files);
  const auto text = [](const std::filesystem::path& file) {
    const auto bytes = read_whole_file(file);
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text(out), text(err)};
}

}  // namespace headsweep::trainer
