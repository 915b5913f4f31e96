// A record sink in memory that commits at once. One thread.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "orchestrator/record_sink.h"
#include "tests/orchestrator/ledger.h"

namespace headsweep::orchestrator::testing {

class MemorySink final : public RecordSink {
 public:
  [[nodiscard]] bool has_room() const override { return has_room_; }
  void submit(results::Record record) override {
    ledger_.add(record);
    const auto* done = std::get_if<results::AttemptSucceeded>(&record);
    if (done != nullptr) committed_.push_back(done->attempt);
  }
  std::vector<protocol::AttemptId> take_committed() override { return std::exchange(committed_, {}); }
  [[nodiscard]] std::optional<std::string> failure() const override { return failure_; }

  [[nodiscard]] const Ledger& ledger() const { return ledger_; }
  void fail(std::string failure) { failure_ = std::move(failure); }
  void set_room(bool has_room) { has_room_ = has_room; }

 private:
  Ledger ledger_;
  std::vector<protocol::AttemptId> committed_;
  std::optional<std::string> failure_;
  bool has_room_ = true;
};

}  // namespace headsweep::orchestrator::testing
