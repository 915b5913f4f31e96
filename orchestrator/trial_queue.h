// The trials of a run that wait for a worker, and what each of them has been through.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "protocol/links.h"
#include "results/store.h"

namespace headsweep::orchestrator {

// Serves trials in the order given (plan order; another order is another vector). Trials that came back are
// served before those that were never tried; but a worker where one of them failed gets others first, so
// that a bad worker does not use up a trial's retries. O(log n) per trial; 12 bytes a trial beside the
// trial itself.
class TrialQueue {
 public:
  using Index = std::uint32_t;  // place in the vector given

  explicit TrialQueue(std::vector<results::OpenTrial> trials);

  [[nodiscard]] const results::OpenTrial& trial(Index index) const { return trials_[index]; }
  // Floating-point operations of training it: the estimate of what it costs.
  [[nodiscard]] double flops(Index index) const;
  // The same of one update.
  [[nodiscard]] double flops_of_update(Index index) const;
  // Trials that wait.
  [[nodiscard]] std::int64_t waiting() const;
  // All trials, waiting or not.
  [[nodiscard]] std::int64_t size() const;

  // Behind all others.
  void append(std::vector<results::OpenTrial> trials);

  // The trial that `worker` would get. Requires waiting() > 0.
  [[nodiscard]] Index next_for(protocol::WorkerId worker) const;
  // Takes the next trial for `worker` and, behind it, up to `most` - 1 more that may be stacked with it.
  // Requires waiting() > 0 and most > 0.
  std::vector<Index> take(std::int64_t most, protocol::WorkerId worker);
  void put_back(Index index);

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

  void remove(Index next);

  std::vector<results::OpenTrial> trials_;
  std::vector<History> histories_;
  Index first_untried_ = 0;
  std::set<Index> came_back_;
};

}  // namespace headsweep::orchestrator
