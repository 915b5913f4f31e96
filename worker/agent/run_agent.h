// A worker: holds one device, starts its trainer when work comes, relays between trainer and coordinator.
#pragma once

#include <cstdint>
#include <filesystem>

#include "protocol/links.h"
#include "worker/agent/agent_limits.h"
#include "worker/agent/trainer_device.h"

namespace headsweep::agent {

struct AgentOptions {
  std::filesystem::path trainer;        // executable: find_trainer() (trainer_executable.h)
  TrainerDevice device;                 // this worker's own; the coordinator may ask for the CPU instead
  std::int64_t threads = 1;             // said in the hello; the trainer gets that of Welcome
  std::int64_t local_worker_index = 0;  // 0-based among the workers of this host
  AgentLimits limits;
};

enum class AgentEnd : std::uint8_t {
  kDismissed,        // after Drain or Shutdown: goodbye was said, every attempt answered for
  kCoordinatorLost,  // silent for too long; its trainer was killed
  kTrainerStuck,     // a killed trainer did not go away: this worker is of no use; goodbye was said
};

// Runs until the coordinator dismisses the agent or is lost. No trainer is left behind, also when it throws:
// DecodeError on a message that no coordinator sends, and whatever `link` throws.
// Call it on a thread that lives to its end: the trainer dies with the thread that started it.
[[nodiscard]] AgentEnd run_agent(const AgentOptions& options, protocol::CoordinatorLink& link);

}  // namespace headsweep::agent
