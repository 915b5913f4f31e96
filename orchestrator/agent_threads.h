// The agents of an embedded run, each on a thread of its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "orchestrator/local_transport.h"

namespace headsweep::orchestrator {

class AgentThreads {
 public:
  // Starts an agent for every worker of `transport`, which must outlive this object.
  AgentThreads(LocalTransport& transport, const std::filesystem::path& trainer);
  // Dismisses the agents that are still there and joins.
  ~AgentThreads();
  AgentThreads(const AgentThreads&) = delete;
  AgentThreads& operator=(const AgentThreads&) = delete;

  // The same as destruction. Returns what made an agent end early, if anything did.
  std::optional<std::string> join();

 private:
  void run(protocol::WorkerId worker, const std::filesystem::path& trainer);

  LocalTransport& transport_;
  std::mutex mutex_;
  std::optional<std::string> error_;  // the first; guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace headsweep::orchestrator
