#include "orchestrator/trial_queue.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "errors/check.h"
#include "trial/parameters.h"
#include "trial/stacking.h"

namespace headsweep::orchestrator {
namespace {

// Trials that came back and do not suit the worker asking: so many are passed over before it gets an untried
// one. Keeps taking a trial cheap however many have failed.
constexpr int kLookAhead = 8;

double training_flops(const trial::Settings& settings) {
  return trial::training_flops_per_sequence(settings.model) * static_cast<double>(settings.training.batch) *
         static_cast<double>(settings.training.steps);
}

}  // namespace

TrialQueue::TrialQueue(std::vector<results::OpenTrial> trials) {
  append(std::move(trials));
}

void TrialQueue::append(std::vector<results::OpenTrial> trials) {
  check(trials_.size() + trials.size() < std::numeric_limits<Index>::max(),
        "trials of a run fit a 32-bit index");
  histories_.reserve(trials_.size() + trials.size());
  for (const results::OpenTrial& trial : trials) {
    histories_.push_back(
        {.failures = static_cast<std::int32_t>(trial.failed_attempts), .failed_at = 0, .alone = trial.alone});
    untried_.add(trial.settings, training_flops(trial.settings));
  }
  if (trials_.empty()) {
    trials_ = std::move(trials);
  } else {
    std::ranges::move(trials, std::back_inserter(trials_));
  }
}

std::int64_t TrialQueue::waiting() const {
  return untried_.size() + std::ssize(came_back_);
}

std::int64_t TrialQueue::size() const {
  return static_cast<std::int64_t>(trials_.size());
}

std::vector<TrialQueue::Index> TrialQueue::take(std::int64_t most, double most_flops,
                                                protocol::WorkerId worker) {
  check(waiting() > 0 && most > 0, "a bundle is taken from trials that wait");
  const Index first = next_for(worker);
  std::vector<Index> bundle = {first};
  remove(first);
  if (histories_[first].alone) return bundle;
  double all_flops = flops(first);
  while (std::ssize(bundle) < most) {
    const std::optional<Index> next = next_like(first, worker);
    if (!next || all_flops + flops(*next) / 2 > most_flops) break;
    all_flops += flops(*next);
    bundle.push_back(*next);
    remove(*next);
  }
  return bundle;
}

void TrialQueue::put_back(Index index) {
  const bool is_new = came_back_.insert(index).second;
  check(is_new, "a trial comes back once for each time it was taken");
}

TrialQueue::Index TrialQueue::next_for(protocol::WorkerId worker) const {
  int looked_at = 0;
  for (auto index = came_back_.begin(); index != came_back_.end() && looked_at < kLookAhead; ++index) {
    if (histories_[*index].failed_at != worker) return *index;
    ++looked_at;
  }
  return untried_.size() > 0 ? untried_.next() : *came_back_.begin();
}

std::optional<TrialQueue::Index> TrialQueue::next_like(Index first, protocol::WorkerId worker) const {
  int looked_at = 0;
  for (auto index = came_back_.begin(); index != came_back_.end() && looked_at < kLookAhead; ++index) {
    const History& history = histories_[*index];
    if (history.failed_at != worker && !history.alone &&
        trial::may_stack(trial(first).settings, trial(*index).settings)) {
      return *index;
    }
    ++looked_at;
  }
  return untried_.next_like(first);
}

void TrialQueue::remove(Index next) {
  if (came_back_.erase(next) == 0) untried_.take(next);
}

}  // namespace headsweep::orchestrator
