// Runs a scheduler against scripted workers in one thread and virtual time. Every message crosses encode()
// and decode(); at the end nothing may be left over.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "orchestrator/scheduler.h"
#include "tests/orchestrator/ledger.h"
#include "tests/orchestrator/memory_sink.h"
#include "tests/orchestrator/scripted_worker.h"

namespace headsweep::orchestrator::testing {

class RecordingFake {
 public:
  RecordingFake(SchedulerOptions options, results::FrozenSweep sweep, std::int64_t workers, Stage& stage);

  // Plays to the end; asks for a stop once `stop_after` trials are done.
  Ending play(std::optional<std::int64_t> stop_after);

  [[nodiscard]] const Ledger& ledger() const { return sink_.ledger(); }
  [[nodiscard]] const std::set<protocol::WorkerId>& given_up() const { return given_up_; }
  // Test failures for unanswered attempts, unacknowledged results, unread messages.
  void expect_nothing_left() const;

 private:
  void perform(Actions actions);
  void let_workers_speak();

  Scheduler scheduler_;
  MemorySink sink_;
  std::map<protocol::WorkerId, ScriptedWorker> workers_;
  std::set<protocol::WorkerId> given_up_;
  std::optional<Ending> ending_;
};

}  // namespace headsweep::orchestrator::testing
