// posix_spawn with owners for its handles.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <spawn.h>
#include <sys/types.h>

namespace headsweep::agent {

// What happens to the child's descriptors, in order.
class SpawnFiles {
 public:
  SpawnFiles();
  ~SpawnFiles();
  SpawnFiles(const SpawnFiles&) = delete;
  SpawnFiles& operator=(const SpawnFiles&) = delete;

  void open_null(int target);  // /dev/null for reading
  void place(int source, int target);
  void close_from(int first);  // that one and all above it

  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

struct Spawned {
  int error;  // errno, 0 if it runs
  pid_t pid;
};

// Runs `executable` in a new process group with default signal handling, SIGINT, SIGTERM and SIGUSR1 blocked: SLURM sends them
// to every process of a step, and what they mean is for the coordinator to say.
Spawned spawn(const std::filesystem::path& executable, std::vector<std::string> arguments,
              std::vector<std::string> environment, const SpawnFiles& files);

}  // namespace headsweep::agent
