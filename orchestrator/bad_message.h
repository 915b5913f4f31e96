// What a transport's receive() throws on bytes that are no message: protocol::DecodeError that knows the
// sender.
#pragma once

#include <string>

#include "protocol/links.h"
#include "protocol/messages.h"

namespace headsweep::orchestrator {

class BadMessage : public protocol::DecodeError {
 public:
  BadMessage(protocol::WorkerId sender, const std::string& what)
      : DecodeError("worker " + std::to_string(sender) + " sent " + what), worker_(sender) {}
  [[nodiscard]] protocol::WorkerId worker() const { return worker_; }

 private:
  protocol::WorkerId worker_;
};

}  // namespace headsweep::orchestrator
