// Writes what happens in a run into the store, on a thread of its own: the coordinator's loop never waits for a
// commit, an fsync or a lock.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/links.h"
#include "protocol/messages.h"
#include "results/store.h"

namespace headsweep::results {

struct WorkerSeen {
  protocol::WorkerId worker;
  protocol::WorkerHello hello;
};
struct WorkerEnded {
  protocol::WorkerId worker;
  std::string state;  // finished | lost | drained
};
struct WorkerProgress {  // how far the trial that it trains is
  protocol::WorkerId worker;
  protocol::TrialId trial;
  std::int64_t step;
  double steps_per_second;
};
struct AttemptStarted {
  protocol::AttemptId attempt;
  protocol::TrialId trial;
  protocol::WorkerId worker;
};
struct AttemptSucceeded {  // the trial becomes done
  protocol::AttemptId attempt;
  protocol::TrialId trial;
  protocol::TrialResult result;
};
struct AttemptEnded {  // without a result
  protocol::TrialId trial;
  protocol::AttemptFailed failure;
  TrialState trial_state;   // kPlanned (will be tried again) or kFailed
  bool in_company = false;  // it may be the fault of any trial of its bundle: not counted against this one
};
struct Event {
  std::string kind;  // stopped | late_result | worker_lost | ...
  std::string message;
  std::optional<protocol::TrialId> trial;
  std::optional<protocol::WorkerId> worker;
};
using Record = std::variant<WorkerSeen, WorkerEnded, WorkerProgress, AttemptStarted, AttemptSucceeded,
                            AttemptEnded, Event>;

class StoreWriter {
 public:
  // Starts the thread. `store` must outlive the writer and is used by nobody else meanwhile.
  StoreWriter(OwnedStore& store, std::int64_t sweep);
  ~StoreWriter();  // finish(), errors swallowed
  StoreWriter(const StoreWriter&) = delete;
  StoreWriter& operator=(const StoreWriter&) = delete;

  // Whether the bounded queue takes more. The caller stops reading results while it does not.
  [[nodiscard]] bool has_room() const;
  // Never blocks. Order is kept. Transactions hold at most 100 ms or 1,000 trials.
  void submit(Record record);
  // Attempts whose result was committed since the last call.
  std::vector<protocol::AttemptId> take_committed();
  // The error that ended writing (disk full, I/O error, ...), one line; nothing is written after it.
  [[nodiscard]] std::optional<std::string> failure() const;
  // OwnedStore::replicate(), once everything that was submitted is committed, on the writer's thread: nothing until that is done,
  // and where writing failed or finish() came first. To be called until it answers, with a sweep that outlives the writer.
  std::optional<Replication> replicate(const sweep::Sweep& sweep);
  // Writes everything that was submitted, commits, ends the thread. Throws UserError if writing failed.
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace headsweep::results
