// What the scheduler knows of one worker: its bundles, how fast it is, how it has fared.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "orchestrator/speed.h"
#include "orchestrator/trial_queue.h"
#include "protocol/links.h"
#include "protocol/messages.h"
#include "trial/stacking.h"

namespace headsweep::orchestrator {

// Failures of different trials in a row that make a worker suspect.
inline constexpr std::int64_t kBadWorkerFailures = 5;

enum class WorkerPhase : std::uint8_t {
  kJoining,    // welcomed, no hello yet
  kActive,     // gets trials
  kDraining,   // told to hand back what it has
  kLeaving,    // told to shut down
  kGone,       // said goodbye
  kLost,       // given up: silent, or talking nonsense
  kReturning,  // given up, heard again and told so: it is to say hello
};

// One trial on its way at a worker.
struct Attempt {
  TrialQueue::Index index;
  protocol::AttemptId bundle;  // number of the bundle: its first attempt
  double flops;                // what the trial costs
  double flops_done;           // as its progress messages say
};

// Bundles that a worker holds. It trains them in the order in which they were sent, so the first one is the
// one that runs; the others are prefetched. O(log n) per attempt.
class BundleLine {
 public:
  // A bundle of the attempts first, first + 1, ...; `trials` and `flops` in that order.
  void add(protocol::AttemptId first, const std::vector<TrialQueue::Index>& trials,
           const std::vector<double>& flops);
  // The attempt, or nullptr if this worker does not hold it.
  Attempt* find(protocol::AttemptId attempt);
  // Forgets an attempt that was answered.
  void remove(protocol::AttemptId attempt);

  // Whether the bundle of that attempt runs or ran.
  [[nodiscard]] bool began(const Attempt& attempt) const { return bundles_.at(attempt.bundle).began; }
  // Trials that the bundle of that attempt was sent with.
  [[nodiscard]] std::int64_t bundle_size(const Attempt& attempt) const {
    return bundles_.at(attempt.bundle).size;
  }
  // Marks that bundle as begun and returns its attempts, or nothing if it had begun before.
  std::vector<protocol::AttemptId> begin(protocol::AttemptId bundle);
  // The bundle whose turn it is. Requires !empty().
  [[nodiscard]] protocol::AttemptId first_bundle() const { return bundles_.begin()->first; }

  [[nodiscard]] bool empty() const { return attempts_.empty(); }
  [[nodiscard]] std::int64_t attempts() const { return std::ssize(attempts_); }
  [[nodiscard]] std::int64_t bundles() const { return std::ssize(bundles_); }
  // Floating-point operations of the first bundle's unanswered trials, and of the bundles behind it.
  [[nodiscard]] double first_flops() const;
  [[nodiscard]] double prefetched_flops() const;
  // Of all unanswered trials, and what of it is done.
  [[nodiscard]] double flops() const { return flops_; }
  [[nodiscard]] double flops_done() const;
  // Numbers of all attempts, ascending.
  [[nodiscard]] std::vector<protocol::AttemptId> all() const;

 private:
  struct Bundle {
    std::int64_t size;
    std::int64_t unanswered;
    double flops;  // of the unanswered ones
    bool began;
  };

  std::map<protocol::AttemptId, Attempt> attempts_;
  std::map<protocol::AttemptId, Bundle> bundles_;
  double flops_ = 0;  // of all attempts held
};

// How many trials of each shape a worker's device trains best at once, as far as it was asked.
class StackSizes {
 public:
  // Nothing: not known.
  [[nodiscard]] std::optional<std::int64_t> find(const trial::StackShape& shape) const;
  // Whether an answer is due: the worker is asked for one shape at a time.
  [[nodiscard]] bool asked() const { return asked_.has_value(); }
  void ask(const trial::StackShape& shape);
  // Requires asked() and trials > 0.
  void answer(std::int64_t trials);

 private:
  std::map<trial::StackShape, std::int64_t> known_;
  std::optional<trial::StackShape> asked_;
};

// Failures of different trials in a row, none finished in between. One death of a trainer counts once,
// however many trials it had in its bundle. Not counted beyond kBadWorkerFailures.
class FailureStreak {
 public:
  void reset();
  // `shared_bundle`: the bundle that failed as a whole, if it may be of any trial in it: one failure.
  // `finished_by_all`: trials that the whole run has finished so far.
  void add(TrialQueue::Index trial, std::optional<protocol::AttemptId> shared_bundle,
           std::int64_t finished_by_all);
  [[nodiscard]] std::int64_t length() const { return std::ssize(trials_); }
  // Finished by all when the streak began.
  [[nodiscard]] std::int64_t finished_at_begin() const { return finished_at_begin_; }

 private:
  std::vector<TrialQueue::Index> trials_;
  std::optional<protocol::AttemptId> last_shared_bundle_;
  std::int64_t finished_at_begin_ = 0;
};

// A bundle whose turn has come and that has not told of an update yet.
struct AwaitedUpdate {
  protocol::AttemptId bundle;
  double since;
  double flops;  // of one update of the bundle
};

struct WorkerState {
  protocol::WorkerId id;
  WorkerPhase phase = WorkerPhase::kJoining;
  bool said_hello = false;
  bool may_return = false;  // once lost: it was only silent
  bool gets_heartbeats = false;
  std::string name;  // host and process, for messages; "worker 3" before its hello
  std::string host;
  BundleLine line;
  std::optional<protocol::AttemptId> gang;  // that it is a member of; then it holds nothing else
  Speed speed;
  std::optional<AwaitedUpdate> awaited;
  bool may_stack = false;  // its device is of a kind on which stacking pays: it is asked how far
  StackSizes stacks;
  FailureStreak failures;
  double next_progress = 0;                         // when its progress is recorded again
  std::set<protocol::AttemptId> unstarted_bundles;  // in a row: the trainer could not even be started
  // Trials of the attempts it held when it was given up: late results name them.
  std::map<protocol::AttemptId, protocol::TrialId> lost_attempts;

  [[nodiscard]] bool here() const {
    return phase != WorkerPhase::kGone && phase != WorkerPhase::kLost && phase != WorkerPhase::kReturning;
  }
};

}  // namespace headsweep::orchestrator
