// The agent's decisions: events in, actions out, time passed in, no I/O.
//
// Bundles wait in a queue; one is at the trainer. Each attempt is answered for exactly once: AttemptDone,
// AttemptFailed or AttemptsReturned. Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "protocol/messages.h"
#include "worker/agent/agent_action.h"
#include "worker/agent/agent_limits.h"
#include "worker/agent/coordinator_watch.h"
#include "worker/agent/running_bundle.h"
#include "worker/agent/trainer_end.h"

namespace headsweep::agent {

class AgentCore {
 public:
  // Says hello.
  AgentCore(const protocol::WorkerHello& hello, const AgentLimits& limits, Time now);

  // Throws DecodeError if no coordinator sends such a message.
  void on_coordinator(Time now, protocol::Message message);

  void on_trainer(Time now, protocol::Message message);
  // It wrote something that is no message; nothing that follows can be read.
  void on_bad_frames(Time now, const std::string& what);
  // The end of its pipe; it should be ending.
  void on_trainer_closed(Time now);
  // It is gone, and everything that it wrote was passed to on_trainer().
  void on_trainer_exit(Time now, const TrainerExit& exit);
  // StartTrainer was not possible.
  void on_start_failed(Time now, const std::string& why);

  // Its process is gone: nothing can be answered any more.
  void on_coordinator_ended();

  // To be called often: deadlines and heartbeats.
  void on_time(Time now);

  // What is to be done since the last call, in this order.
  std::vector<Action> take_actions();

 private:
  enum class Trainer : std::uint8_t { kNone, kStarting, kReady, kEnding };

  struct Waiting {
    std::vector<protocol::Assignment> bundle;
    std::optional<protocol::GangPlace> gang;
  };

  // agent_core.cpp: the coordinator and the queue
  void take(Time now, const protocol::Welcome& welcome);
  void take(Time now, protocol::Assign&& assign);
  void take(Time now, protocol::ChooseStack&& question);
  void take(Time now, const protocol::Committed& committed);
  void start_afresh(Time now);
  void leave(Time now);
  void advance(Time now);
  void return_queued();
  void end(AgentEnd how);
  void to_coordinator(protocol::Message message) { actions_.push_back(ToCoordinator{std::move(message)}); }

  // agent_core_gang.cpp: a trial that several workers train
  void take(const protocol::GangAddress& address);
  void take(Time now, const protocol::AbandonAttempt& abandon);
  void relay(Time now, const protocol::GangAddress& address);
  void take(Time now, const protocol::MemberDone& done);
  void kill_abandoned(Time now);
  void begin_gang(const std::vector<protocol::Assignment>& bundle);

  // agent_core_trainer.cpp: the trainer's messages
  void take(Time now, const protocol::TrainerHello& hello);
  void take(Time now, const protocol::TrialProgress& progress);
  void take(Time now, protocol::TrialDone&& done);
  void take(Time now, const protocol::TrialError& error);
  void take(Time now, const protocol::TrialStopped& stopped);
  void take(Time now, const protocol::StackChosen& chosen);
  void answer_stack(std::int64_t trials);
  std::optional<OpenAttempt> close_attempt(Time now, protocol::AttemptId attempt);

  // agent_core_faults.cpp: the trainer's life and death
  void start_trainer(Time now);
  void kill_trainer(Time now, protocol::EndReason reason, std::string message);
  void replace_suspect(Time now);
  void start_again(Time now, const std::optional<FailureCause>& killed_for, const TrainerExit& exit);
  void give_up_start(Time now, const FailureCause& cause);
  void fail_running(const FailureCause& cause);
  void check_trainer(Time now);
  void check_running(Time now);
  void check_stopping(Time now);
  [[nodiscard]] double seconds_in_state(Time now) const { return Seconds(now - trainer_since_).count(); }

  protocol::WorkerHello hello_;
  AgentLimits limits_;
  CoordinatorWatch coordinator_;
  std::optional<protocol::Welcome> welcome_;
  std::deque<Waiting> queue_;
  std::optional<protocol::GangAddress> address_;   // the last that came
  std::optional<protocol::ChooseStack> question_;  // not yet answered; it comes before the queue
  std::optional<Time> asked_since_;                // the question is at the trainer
  bool leaving_ = false;                           // nothing is begun any more
  bool ended_ = false;

  Time start_from_;  // no trainer before
  Trainer trainer_ = Trainer::kNone;
  Time trainer_since_;                      // when it came into that state
  bool said_hello_ = false;                 // the trainer that lives, or is ending
  bool on_gpu_ = false;                     // it trains on one
  bool suspect_ = false;                    // and has told of an error, which may stay with its process
  std::optional<FailureCause> killed_for_;  // while it is ending
  std::optional<Time> closed_since_;
  std::optional<Time> stopping_since_;  // StopTraining was sent; the agent ends with that bundle
  std::optional<RunningBundle> running_;
  std::int64_t failed_starts_ = 0;  // without a hello, in a row
  std::int64_t killed_starts_ = 0;

  std::vector<Action> actions_;
};

}  // namespace headsweep::agent
