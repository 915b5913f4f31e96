// The agents of an embedded run, each on a thread of its own.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "orchestrator/local_transport.h"
#include "worker/agent/run_agent.h"

namespace headsweep::orchestrator {

class AgentThreads {
 public:
  // Starts an agent for every worker of `transport`, which must outlive this object; worker w has devices[w - 1].
  // `common`: what they share; each gets a local_worker_index of its own.
  AgentThreads(LocalTransport& transport, const agent::AgentOptions& common,
               const std::vector<agent::TrainerDevice>& devices);
  // Dismisses the agents that are still there and joins.
  ~AgentThreads();
  AgentThreads(const AgentThreads&) = delete;
  AgentThreads& operator=(const AgentThreads&) = delete;

  // The same as destruction. Returns what made an agent end early, if anything did.
  std::optional<std::string> join();

 private:
  void run(protocol::WorkerId worker, agent::AgentOptions options);

  LocalTransport& transport_;
  std::mutex mutex_;
  std::optional<std::string> error_;  // the first; guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace headsweep::orchestrator
