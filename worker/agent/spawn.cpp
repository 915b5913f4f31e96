#include "worker/agent/spawn.h"

#include <csignal>

#include <fcntl.h>

#include "errors/check.h"

namespace headsweep::agent {
namespace {

// These calls fail only for want of memory or on arguments out of range.
void expect(int error) {
  check(error == 0, "posix_spawn takes its attributes");
}

class SpawnAttributes {
 public:
  SpawnAttributes() {
    expect(posix_spawnattr_init(&attributes_));
    sigset_t all;
    sigfillset(&all);
    sigset_t of_the_run;
    sigemptyset(&of_the_run);
    for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) sigaddset(&of_the_run, signal);
    expect(posix_spawnattr_setsigdefault(&attributes_, &all));
    expect(posix_spawnattr_setsigmask(&attributes_, &of_the_run));
    expect(posix_spawnattr_setpgroup(&attributes_, 0));
    expect(posix_spawnattr_setflags(&attributes_,
                                    POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK));
  }
  ~SpawnAttributes() { posix_spawnattr_destroy(&attributes_); }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;

  [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

SpawnFiles::SpawnFiles() {
  expect(posix_spawn_file_actions_init(&actions_));
}

SpawnFiles::~SpawnFiles() {
  posix_spawn_file_actions_destroy(&actions_);
}

void SpawnFiles::open_null(int target) {
  expect(posix_spawn_file_actions_addopen(&actions_, target, "/dev/null", O_RDONLY, 0));
}

void SpawnFiles::place(int source, int target) {
  expect(posix_spawn_file_actions_adddup2(&actions_, source, target));
}

void SpawnFiles::close_from(int first) {
  expect(posix_spawn_file_actions_addclosefrom_np(&actions_, first));
}

Spawned spawn(const std::filesystem::path& executable, std::vector<std::string> arguments,
              std::vector<std::string> environment, const SpawnFiles& files) {
  const SpawnAttributes attributes;
  Spawned spawned{};
  spawned.error = posix_spawn(&spawned.pid, executable.c_str(), files.get(), attributes.get(),
                              pointers(arguments).data(), pointers(environment).data());
  return spawned;
}

}  // namespace headsweep::agent
