// The line between coordinator and agents within one process: queues of encoded messages.
//
// Offers links only; the caller runs the agents, each on a thread of its own.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "protocol/links.h"

namespace headsweep::orchestrator {

// Must outlive the agents' threads. The link of the workers belongs to one thread, each coordinator link to
// one other.
class LocalTransport {
 public:
  explicit LocalTransport(std::int64_t workers);
  ~LocalTransport();
  LocalTransport(const LocalTransport&) = delete;
  LocalTransport& operator=(const LocalTransport&) = delete;

  // The coordinator's end. Its receive() throws BadMessage.
  protocol::WorkerLinks& workers();
  // The end of agent `worker`, 1 .. workers.
  protocol::CoordinatorLink& coordinator(protocol::WorkerId worker);

  // Sends Shutdown to every agent, abandoned ones too: their threads are alive, whatever the coordinator
  // thinks. Called by the coordinator's thread, after its last use of workers().
  void close();

 private:
  class Mailbox;
  class Workers;
  class Coordinator;

  std::unique_ptr<Mailbox> to_coordinator_;
  std::vector<std::unique_ptr<Mailbox>> to_workers_;
  std::unique_ptr<Workers> workers_;
  std::vector<std::unique_ptr<Coordinator>> coordinators_;
};

}  // namespace headsweep::orchestrator
