#include "orchestrator/trial_queue.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "errors/check.h"
#include "orchestrator/stacking.h"
#include "trial/parameters.h"

namespace headsweep::orchestrator {
namespace {

// Trials that came back and failed at the worker asking: so many are passed over before it gets an untried
// one. Keeps taking a trial cheap however many have failed.
constexpr int kLookAhead = 8;

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
        {.failures = static_cast<std::int32_t>(trial.failed_attempts), .failed_at = 0, .alone = false});
  }
  std::ranges::move(trials, std::back_inserter(trials_));
}

double TrialQueue::flops(Index index) const {
  return flops_of_update(index) * static_cast<double>(trials_[index].settings.training.steps);
}

double TrialQueue::flops_of_update(Index index) const {
  const trial::Settings& settings = trials_[index].settings;
  return trial::training_flops_per_sequence(settings.model) * static_cast<double>(settings.training.batch);
}

std::int64_t TrialQueue::waiting() const {
  return static_cast<std::int64_t>(trials_.size() - first_untried_ + came_back_.size());
}

std::int64_t TrialQueue::size() const {
  return static_cast<std::int64_t>(trials_.size());
}

std::vector<TrialQueue::Index> TrialQueue::take(std::int64_t most, protocol::WorkerId worker) {
  check(waiting() > 0 && most > 0, "a bundle is taken from trials that wait");
  std::vector<Index> bundle = {next_for(worker)};
  remove(bundle.front());
  if (histories_[bundle.front()].alone) return bundle;
  const trial::Settings& first = trial(bundle.front()).settings;
  while (std::ssize(bundle) < most && waiting() > 0) {
    const Index next = next_for(worker);
    if (histories_[next].alone || !may_stack(first, trial(next).settings)) break;
    bundle.push_back(next);
    remove(next);
  }
  return bundle;
}

void TrialQueue::put_back(Index index) {
  const bool is_new = came_back_.insert(index).second;
  check(is_new && index < first_untried_, "a trial comes back once for each time it was taken");
}

TrialQueue::Index TrialQueue::next_for(protocol::WorkerId worker) const {
  int looked_at = 0;
  for (auto index = came_back_.begin(); index != came_back_.end() && looked_at < kLookAhead; ++index) {
    if (histories_[*index].failed_at != worker) return *index;
    ++looked_at;
  }
  return first_untried_ < trials_.size() ? first_untried_ : *came_back_.begin();
}

void TrialQueue::remove(Index next) {
  if (next == first_untried_) {
    ++first_untried_;
  } else {
    came_back_.erase(next);
  }
}

}  // namespace headsweep::orchestrator
