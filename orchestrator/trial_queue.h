// The trials of a run that wait for a worker, and what each of them has been through.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "orchestrator/untried_trials.h"
#include "protocol/links.h"
#include "results/store.h"

namespace headsweep::orchestrator {

// Serves the longest trials first (untried_trials.h), equally long ones in the order given, the plan's. Trials that came
// back are served before those that were never tried; but a worker where one of them failed gets others first, so that a
// bad worker does not use up a trial's retries. O(log n) per trial; 20 bytes a trial beside the trial itself.
class TrialQueue {
 public:
  using Index = std::uint32_t;  // place in the vector given

  explicit TrialQueue(std::vector<results::OpenTrial> trials);

  [[nodiscard]] const results::OpenTrial& trial(Index index) const { return trials_[index]; }
  // Floating-point operations of training it: the estimate of what it costs.
  [[nodiscard]] double flops(Index index) const { return untried_.flops(index); }
  // The same of one update.
  [[nodiscard]] double flops_of_update(Index index) const {
    return flops(index) / static_cast<double>(trials_[index].settings.training.steps);
  }
  // Trials that wait.
  [[nodiscard]] std::int64_t waiting() const;
  // All trials, waiting or not.
  [[nodiscard]] std::int64_t size() const;

  // Behind all others.
  void append(std::vector<results::OpenTrial> trials);

  // The trial that `worker` would get. Requires waiting() > 0.
  [[nodiscard]] Index next_for(protocol::WorkerId worker) const;
  // Takes the next trial for `worker` and, behind it, up to `most` - 1 more that may be stacked with it and have not
  // failed there, as long as all together cost about `most_flops`: at most half a trial more. Requires waiting() > 0 and
  // most > 0.
  std::vector<Index> take(std::int64_t most, double most_flops, protocol::WorkerId worker);
  void put_back(Index index);
  // Training it took so long: others of its kind will too.
  void observe(Index index, double seconds) { untried_.observe(index, seconds); }

  // From now on this trial is never bundled with others.
  void train_alone(Index index) { histories_[index].alone = true; }
  // It failed at that worker, whoever is to blame: others are to try it next.
  void avoid(Index index, protocol::WorkerId worker) {
    histories_[index].failed_at = static_cast<std::int32_t>(worker);
  }
  // Counts a failure of the trial itself; returns their number, those of earlier runs included.
  std::int64_t count_failure(Index index) { return ++histories_[index].failures; }

 private:
  struct History {
    std::int32_t failures;
    std::int32_t failed_at;  // worker; 0: none
    bool alone;
  };

  // The next that may be stacked with `first`.
  [[nodiscard]] std::optional<Index> next_like(Index first, protocol::WorkerId worker) const;
  void remove(Index next);

  std::vector<results::OpenTrial> trials_;
  std::vector<History> histories_;
  UntriedTrials untried_;
  std::set<Index> came_back_;
};

}  // namespace headsweep::orchestrator
