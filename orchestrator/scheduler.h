// The scheduler: who trains what next, and what a failure or a lost worker means. Pure: events in, actions
// out. No I/O, no thread, no clock: time is passed in, and equal events give equal actions. Not
// thread-safe.
//
// Events cost O(log n) in the workers and trials, but O(workers) where a bundle may hold several; a waiting trial
// costs 20 bytes beside its settings.
//
// Rules:
// - The longest trials are dispatched first, as far as that is known (untried_trials.h), equally long ones in
//   the order given, and before them what came back; each dispatch under a new attempt number; several at a time
//   where they may be stacked: as many as `stack` says, or where it leaves that open as the worker's device
//   trains best, which the worker is asked before its first trial of a shape. No bundle is larger than the
//   worker's share, by its speed, of all that is left: near the end bundles shrink, so that all workers end
//   at about the same time.
// - A worker holds the bundle that runs and, prefetched, the larger of one bundle and `prefetch_seconds` of
//   work, estimated by its own speed; while other workers could take them at once, the last trials are not
//   prefetched, and behind a bundle that runs for long nothing is: asking for more costs milliseconds.
// - A failed trial is tried again, by another worker if one asks for work first, until it has failed more
//   than `retries` times. Interruptions (protocol::is_interruption) do not count; nor does a trainer that
//   dies, or an error, with several trials in the bundle, but these are trained alone from then on; nor does a
//   trainer that cannot be started.
// - A worker that is silent for `lease_seconds` is given up: its attempts end as kWorkerLost, its trials
//   wait again, whatever it still sends is dropped, late results being recorded. Heard again (it was stopped,
//   or cut off) it is told so; it kills its trainer, says hello and joins anew.
// - A worker that fails kBadWorkerFailures different trials in a row while others finish some, or that
//   cannot start its trainer for kStartFailures bundles in a row, or that cannot write below the store's folder, is
//   drained. Never the last one: if that one cannot start its trainer, or write, the run ends with an error.
// - With `gang` = g > 1 every trial is trained by g workers at once, which are reserved together once g of them are
//   free, those of one host first, and get one attempt: a gang. Nothing is prefetched, so they hold nothing else. The
//   attempt ends when every member has answered or is lost; once one has failed the others are told to abandon it. If
//   fewer than g workers are left the run ends before its end.
// - Where the run has to end at a known time, no bundle is dispatched that could not do an update before it, by what the
//   last bundles took; when nobody has work for that reason the run stops.
// - When every trial has ended and its result is committed, the workers are shut down, unless the sweep may
//   grow: then more trials are asked for first, once. A stop request drains them.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "orchestrator/checkpoint_time.h"
#include "orchestrator/deadlines.h"
#include "orchestrator/gang.h"
#include "orchestrator/keep_models.h"
#include "orchestrator/progress.h"
#include "orchestrator/trial_queue.h"
#include "orchestrator/worker_state.h"
#include "protocol/links.h"
#include "protocol/messages.h"
#include "results/store_writer.h"

namespace headsweep::orchestrator {

inline constexpr double kLongBundleSeconds = 10;
inline constexpr std::int64_t kStartFailures = 2;      // bundles
inline constexpr std::int64_t kMostPrefetched = 1000;  // attempts a worker, however short its trials

struct SchedulerOptions {
  protocol::Welcome
      welcome;  // sent to every worker; its heartbeat_seconds paces the coordinator's heartbeats too
  KeepModels keep_models;
  std::optional<std::int64_t> stack = 1;  // most trials in one bundle; unset: as the worker's device says
  std::int64_t gang = 1;                  // workers that train one trial together; above 1 nothing is stacked
  std::int64_t retries = 2;
  bool may_grow = false;  // when every trial has ended: AskForTrials once, before the workers are shut down
  std::optional<std::int64_t> limit = std::nullopt;  // most trials to train in this run
  double prefetch_seconds = 0.02;
  double lease_seconds = 15;
  double join_seconds = 120;    // the lease of a worker that has not said hello
  double goodbye_seconds = 20;  // waited for a goodbye after Drain or Shutdown
};

enum class RunEnd : std::uint8_t {
  kAllDone,
  kSomeFailed,  // every trial has ended, some failed
  kStopped,     // before the end; the same command resumes
};

struct Ending {
  RunEnd end;
  std::string why;                   // kStopped: one line
  bool every_worker_left;            // all said goodbye: none is suspected dead
  std::optional<std::string> error;  // the run could not work: one line for the person
};

struct SendMessage {
  protocol::WorkerId worker;
  protocol::Message message;
};
struct WriteRecord {
  results::Record record;
};
struct GiveUpWorker {  // WorkerLinks::abandon
  protocol::WorkerId worker;
};
struct ReadmitWorker {  // WorkerLinks::readmit
  protocol::WorkerId worker;
};
struct Finish {  // the last action of a run
  Ending ending;
};
struct AskForTrials {};  // answered by grow(); every trial so far has ended and its result is committed
using Action = std::variant<SendMessage, WriteRecord, GiveUpWorker, ReadmitWorker, AskForTrials, Finish>;
using Actions = std::vector<Action>;

class Scheduler {
 public:
  Scheduler(SchedulerOptions options, results::FrozenSweep sweep);

  // A line to this worker exists; its hello will come. Each worker joins once.
  [[nodiscard]] Actions worker_joined(protocol::WorkerId worker);
  [[nodiscard]] Actions message(protocol::WorkerId worker, protocol::Message message);
  // It sent something that is no message, or its process has ended: it is given up like a silent one.
  [[nodiscard]] Actions worker_broken(protocol::WorkerId worker, const std::string& why);
  // The results of these attempts are in the store.
  [[nodiscard]] Actions committed(std::span<const protocol::AttemptId> attempts);
  // More trials, none if there are no more to train.
  [[nodiscard]] Actions grow(std::vector<results::OpenTrial> trials);
  // Time passes. `now`: seconds since any fixed moment, never decreasing. `heard_all`: every message that had
  // arrived was passed in. Only then does silence mean anything: while a full writer or a suspended process
  // keeps the coordinator from listening, no lease runs down.
  [[nodiscard]] Actions tick(double now, bool heard_all);
  // The run will be stopped at that time, of tick(). Before the first event.
  void will_stop_at(double when) { stops_at_ = when; }
  // Ends the run early: running trials are checkpointed, the rest is handed back.
  [[nodiscard]] Actions stop(const std::string& why);
  // Ends the run at once because nothing can be recorded any more.
  [[nodiscard]] Actions abort(const std::string& why);

  [[nodiscard]] Progress progress() const { return progress_; }

 private:
  enum class Phase : std::uint8_t { kRunning, kDraining, kShuttingDown, kFinished };

  // One overload for each message that agents send.
  void on(WorkerState& worker, protocol::WorkerHello hello);
  void on(WorkerState& worker, protocol::WorkerHeartbeat heartbeat);
  void on(WorkerState& worker, protocol::AttemptProgress progress);
  void on(WorkerState& worker, protocol::AttemptDone done);
  void on(WorkerState& worker, protocol::AttemptFailed failed);
  void on(WorkerState& worker, protocol::AttemptsReturned returned);
  void on(WorkerState& worker, protocol::StackChosen chosen);
  void on(WorkerState& worker, protocol::WorkerGoodbye goodbye);
  void on(WorkerState& worker, protocol::MemberDone done);
  void on(WorkerState& worker, protocol::GangAddress address);
  template <class NotFromAgents>
  void on(WorkerState& worker, NotFromAgents message);
  void record_progress(WorkerState& worker, const Attempt& attempt,
                       const protocol::AttemptProgress& progress);
  void drop_late(WorkerState& worker, const protocol::Message& message);
  // A worker that is not here says something: scheduler_return.cpp.
  void hear_again(WorkerState& worker, protocol::Message message);
  void come_back(WorkerState& worker, protocol::WorkerHello hello);

  void feed(WorkerState& worker);
  void feed_hungry();
  [[nodiscard]] bool wants_more(const WorkerState& worker) const;
  void dispatch(WorkerState& worker);
  // Most trials like this one in one bundle; nothing: the worker has to be asked.
  [[nodiscard]] std::optional<std::int64_t> most_stacked(const WorkerState& worker,
                                                         const trial::Settings& settings) const;
  void ask_for_stack(WorkerState& worker, const trial::Settings& settings);
  // What the worker should take at most so that all workers end at about the same time.
  [[nodiscard]] double fair_flops(const WorkerState& worker) const;
  void begin_bundle(WorkerState& worker, protocol::AttemptId bundle);
  void begin_first_bundle(WorkerState& worker);
  protocol::Assignment assignment_of(TrialQueue::Index index);
  // Takes an attempt that was answered, or is lost, from its worker.
  Attempt take_attempt(WorkerState& worker, protocol::AttemptId attempt);

  // `in_company`: any trial of its bundle may be to blame.
  results::TrialState count_failure(WorkerState& worker, const Attempt& attempt, protocol::EndReason reason,
                                    bool in_company);
  // What the trial is now, once its attempt has failed.
  void end_failed(const Attempt& attempt, protocol::AttemptFailed failed, results::TrialState state,
                  bool in_company);
  void finish_trial(const WorkerState& worker, const Attempt& attempt, protocol::AttemptDone done);
  void plan_again(WorkerState& worker, protocol::AttemptId attempt, protocol::EndReason reason,
                  const std::string& why);
  // Drains a worker that has failed too often; `failure`: the last one.
  void judge(WorkerState& worker, const protocol::AttemptFailed& failure);
  void do_without(WorkerState& worker, const std::string& why);
  // Whether no trial could be trained with one active worker less.
  [[nodiscard]] bool is_last() const { return progress_.workers <= options_.gang; }
  void drain(WorkerState& worker, const std::string& why);
  void lose(WorkerState& worker, const std::string& why);
  void retire(WorkerState& worker, WorkerPhase phase, const std::string& state);

  // The end of the time: scheduler_reach.cpp.
  void await_first_update(WorkerState& worker, const std::vector<protocol::AttemptId>& bundle);
  void observe_update(WorkerState& worker, const Attempt& attempt);
  [[nodiscard]] bool reaches_checkpoint(const WorkerState& worker) const;
  void stop_if_too_late();
  void begin_stop(const std::string& why);

  // scheduler_gangs.cpp
  Gang* gang_of(const WorkerState& worker, protocol::AttemptId attempt);
  void form_gangs();
  void dispatch_gang(const std::vector<protocol::WorkerId>& members);
  void gang_done(WorkerState& worker, Gang& gang, protocol::AttemptDone done);
  void member_failed(WorkerState& worker, Gang& gang, protocol::AttemptFailed failed);
  void release(WorkerState& worker, Gang& gang);
  void settle(protocol::AttemptId number);
  void leave_gang(WorkerState& worker, const std::string& why);
  [[nodiscard]] bool is_short_of_members() const;

  void renew_lease(const WorkerState& worker);
  void begin_heartbeats(WorkerState& worker, double first);
  void give_up_silent(WorkerState& worker);
  void dismiss_all(Phase phase, const std::string& why);
  void dismiss(WorkerState& worker);
  void conclude();
  void all_ended();
  [[nodiscard]] Ending ending() const;
  [[nodiscard]] Actions take_actions();

  void send(const WorkerState& worker, protocol::Message message);
  void record(results::Record record);
  void record_event(std::string kind, std::string message, const WorkerState& worker,
                    std::optional<protocol::TrialId> trial = std::nullopt);

  SchedulerOptions options_;
  std::int64_t beyond_limit_;  // open trials that this run leaves alone
  TrialQueue queue_;
  std::int64_t unfinished_;  // trials of this run that have not ended
  bool asked_for_trials_ = false;
  protocol::AttemptId next_attempt_;

  std::map<protocol::WorkerId, WorkerState> workers_;
  std::map<protocol::AttemptId, Gang> gangs_;
  std::set<protocol::WorkerId> hungry_;  // active and holding nothing
  std::int64_t here_ = 0;                // workers that have neither left nor been lost
  std::int64_t lost_ = 0;                // given up and not come back
  Deadlines leases_;
  Deadlines goodbyes_;
  std::optional<double> stops_at_;
  CheckpointTimes checkpoint_times_;
  std::deque<std::pair<double, protocol::WorkerId>> heartbeats_;  // due time; equal intervals keep it sorted
  std::unordered_map<protocol::AttemptId, protocol::WorkerId> uncommitted_;  // looked up only, never iterated

  Phase phase_ = Phase::kRunning;
  std::string why_;
  std::optional<std::string> error_;
  double now_ = 0;
  double heard_seconds_ = 0;  // time that counts for leases and goodbyes
  Progress progress_;
  Actions actions_;
};

}  // namespace headsweep::orchestrator
