// An agent that follows a script instead of training: what the scheduler's scenarios are played with, in
// one thread by the recording fake and on threads of their own over a real transport.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "protocol/links.h"
#include "protocol/messages.h"

namespace headsweep::orchestrator::testing {

enum class Deed {
  kTrain,
  kError,        // the trainer reports an error of that trial
  kKillTrainer,  // the trial kills its trainer, and with it the bundle
  kCannotStart,  // the trainer does not start: the whole bundle ends
  kVanish,       // the worker falls silent for ever
  kLeave,        // the worker says goodbye with work in its hands
};

// What happens when `worker` trains `trial` for the `nth` time over all workers (from 1).
using Script = std::function<Deed(protocol::WorkerId worker, protocol::TrialId trial, std::int64_t nth)>;

// One script for all workers of a scenario. Thread-safe.
class Stage {
 public:
  explicit Stage(Script script) : script_(std::move(script)) {}
  Deed next_deed(protocol::WorkerId worker, protocol::TrialId trial);

 private:
  std::mutex mutex_;
  Script script_;
  std::map<protocol::TrialId, std::int64_t> tries_;
};

// A member of a gang ends its part, as the script says, without looking at the others.
class ScriptedWorker {
 public:
  ScriptedWorker(protocol::WorkerId self, Stage& stage);

  // Takes a message of the coordinator.
  void take(const protocol::Message& message);
  // Begins the next bundle, or ends the one that runs.
  void work();
  // What it wants to say since the last call, in order.
  std::vector<protocol::Message> speak();

  // Said goodbye or vanished: nothing more will come.
  [[nodiscard]] bool has_ended() const { return has_ended_; }
  [[nodiscard]] bool has_vanished() const { return has_vanished_; }
  // What a well-led worker does not end with: bundles in hand, or results that were not acknowledged as
  // committed before a Shutdown.
  [[nodiscard]] bool has_loose_ends() const;

 private:
  struct Bundle {
    std::vector<protocol::Assignment> trials;
    std::optional<protocol::GangPlace> gang;
  };

  void end_bundle();
  void train(const protocol::Assignment& assignment, const std::optional<protocol::GangPlace>& gang);
  void abandon(protocol::AttemptId attempt);
  void fail_bundle(const Bundle& bundle, protocol::EndReason reason);
  void fail(const protocol::Assignment& assignment, protocol::EndReason reason);
  void drain();

  protocol::WorkerId self_;
  Stage& stage_;
  bool was_welcomed_ = false;
  bool was_shut_down_ = false;
  bool was_given_up_ = false;  // some time: results that it dropped may be acknowledged
  bool has_ended_ = false;
  bool has_vanished_ = false;
  std::deque<Bundle> waiting_;
  std::optional<Bundle> running_;
  std::set<protocol::AttemptId> uncommitted_;
  std::vector<protocol::Message> to_say_;
};

// Plays the worker over `link` until it has ended. For a thread or a rank of its own. Calls
// `after_each_step`, if given, each time it has received, worked and spoken.
void play(ScriptedWorker& worker, protocol::CoordinatorLink& link,
          const std::function<void()>& after_each_step = nullptr);

}  // namespace headsweep::orchestrator::testing
