// [slurm]: how a batch job asks for its resources. Neither in the trial key nor in the plan hash.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace headsweep::sweep {

// Every option as somebody gave it, or unset. Texts have no control characters.
struct SlurmOptions {
  std::optional<std::int64_t> nodes = {};
  std::optional<std::int64_t> gpus_per_node = {};
  std::optional<std::int64_t> ntasks_per_node = {};
  std::optional<std::int64_t> cpus_per_task = {};
  std::optional<std::int64_t> max_restarts = {};
  std::optional<std::string> time = {};  // as SLURM takes it, or a duration such as "2h"
  std::optional<std::string> partition = {};
  std::optional<std::string> account = {};
  std::optional<std::string> qos = {};
  std::optional<std::string> constraint = {};
  std::optional<std::string> mail_user = {};
  std::optional<std::string> setup = {};     // path of a file of shell lines
  std::optional<std::string> launcher = {};  // mpirun | srun
  std::vector<std::string> sbatch_args = {};
};

// What `options` leaves unset, from `defaults`; sbatch_args of both, those of `defaults` first.
SlurmOptions with_defaults(SlurmOptions options, const SlurmOptions& defaults);

// The table [slurm] of a file that has no other, such as a person's own defaults; all unset if there is no such
// file. A relative `setup` counts from the file's folder, here as in a sweep file. Throws UserError.
SlurmOptions read_slurm_file(const std::string& path);

inline constexpr std::int64_t kMostNodes = 100'000;
inline constexpr std::int64_t kMostPerNode = 4096;
inline constexpr std::int64_t kMostRestarts = 100'000;

}  // namespace headsweep::sweep
