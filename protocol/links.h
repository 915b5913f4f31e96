// Both ends of the line between coordinator and agents. The transports (orchestrator/) implement them: MPI
// between processes, queues within one.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/messages.h"

namespace headsweep::protocol {

// Number of a worker in this run: 1 .. count (under MPI its rank).
using WorkerId = std::int64_t;

struct Envelope {
  WorkerId worker;  // sender
  Message message;
};

// The coordinator's end. Used by one thread. Never blocks on a worker, dead or alive.
class WorkerLinks {
 public:
  virtual ~WorkerLinks() = default;
  [[nodiscard]] virtual std::int64_t count() const = 0;
  // Queues the message; dropped silently if the worker was abandoned.
  virtual void send(WorkerId worker, const Message& message) = 0;
  // The next message, or nothing now. Throws DecodeError (naming the worker) on a bad one.
  virtual std::optional<Envelope> receive() = 0;
  // Workers whose process has ended without a goodbye, each told once. Only some transports can know; behind the
  // others such a worker just falls silent.
  virtual std::vector<WorkerId> take_ended() = 0;
  // Never sends to that worker again (it is suspected dead).
  virtual void abandon(WorkerId worker) = 0;
  // It was heard after all: sends to it again.
  virtual void readmit(WorkerId worker) = 0;
};

// An agent's end. Used by one thread. Never blocks.
class CoordinatorLink {
 public:
  virtual ~CoordinatorLink() = default;
  virtual void send(const Message& message) = 0;
  virtual std::optional<Message> receive() = 0;
  // Whether the coordinator's process is known to have ended; false where the transport cannot know.
  [[nodiscard]] virtual bool has_ended() = 0;
};

}  // namespace headsweep::protocol
