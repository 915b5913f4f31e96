// Where the output of trainers goes below the store's folder: the trainer writes, its agent and `headsweep
// logs` read.
#pragma once

#include <filesystem>
#include <string>

#include "protocol/messages.h"

namespace headsweep::protocol {

// STORE.d/logs/trial-<trial>.log: everything printed while the trial trained, all its attempts one after
// another.
inline std::filesystem::path trial_log(const std::filesystem::path& store_folder, TrialId trial) {
  return store_folder / "logs" / ("trial-" + std::to_string(trial) + ".log");
}

// STORE.d/logs/worker-<host>-<pid of the agent>-<worker on that host>.log: what a trainer printed between
// trials.
inline std::filesystem::path worker_log(const std::filesystem::path& store_folder, const std::string& host,
                                        std::int64_t pid, std::int64_t local_worker_index) {
  return store_folder / "logs" /
         ("worker-" + host + "-" + std::to_string(pid) + "-" + std::to_string(local_worker_index) + ".log");
}

}  // namespace headsweep::protocol
