// Where the coordinator's records go: results::StoreWriter in a run, memory in tests. Same contract as there.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "results/store_writer.h"

namespace headsweep::orchestrator {

class RecordSink {
 public:
  virtual ~RecordSink() = default;
  [[nodiscard]] virtual bool has_room() const = 0;
  virtual void submit(results::Record record) = 0;
  virtual std::vector<protocol::AttemptId> take_committed() = 0;
  [[nodiscard]] virtual std::optional<std::string> failure() const = 0;
};

}  // namespace headsweep::orchestrator
