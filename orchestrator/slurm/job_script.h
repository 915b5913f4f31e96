// The batch scripts of a sweep, as text. Nothing here touches a file or starts a program.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sweep/slurm_options.h"

namespace headsweep::slurm {

// What a script is written from. Paths are absolute; no text holds NUL or a newline (require_one_line()).
struct JobScript {
  std::string headsweep;  // the program
  std::string version;    // its name and version
  std::string sweep_file;
  std::string sweep_name;
  std::string store;                       // with shards: what they are merged into
  std::vector<std::string> run_arguments;  // of `headsweep run`, beside the sweep file, --store and --shard
  sweep::SlurmOptions slurm;               // unset: SLURM's or the script's default
  double checkpoint_every_seconds = 120;
  std::optional<std::int64_t> shards;  // of an array, one job each
};

// The script that trains one slot, and requeues itself while work remains. In an array, job i trains shard i.
std::string write_job_script(const JobScript& script);

// The script that merges the shards. It is to depend on the array.
std::string write_merge_script(const JobScript& script);

// Store of one shard, counted from 1: STORE.d/shards/1-of-4.db.
std::string shard_store(const std::string& store, const std::string& shard, std::int64_t shards);

// Throws UserError naming what holds a newline or NUL, or options that contradict each other: ntasks_per_node beside
// gpus_per_node, a time that is none.
void require_writable(const JobScript& script);

// How many workers the job has, if that is known before SLURM allocates it.
std::optional<std::int64_t> planned_workers(const sweep::SlurmOptions& slurm);

}  // namespace headsweep::slurm
