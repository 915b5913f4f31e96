#include "orchestrator/worker_state.h"

#include <algorithm>

#include "errors/check.h"

namespace headsweep::orchestrator {
void BundleLine::add(protocol::AttemptId first, const std::vector<TrialQueue::Index>& trials,
                     const std::vector<double>& flops) {
  Bundle bundle = {.size = std::ssize(trials), .unanswered = std::ssize(trials), .flops = 0, .began = false};
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const protocol::AttemptId attempt = first + static_cast<protocol::AttemptId>(i);
    attempts_[attempt] = {.index = trials[i], .bundle = first, .flops = flops[i], .flops_done = 0};
    bundle.flops += flops[i];
  }
  flops_ += bundle.flops;
  bundles_[first] = bundle;
}

Attempt* BundleLine::find(protocol::AttemptId attempt) {
  const auto found = attempts_.find(attempt);
  return found == attempts_.end() ? nullptr : &found->second;
}

void BundleLine::remove(protocol::AttemptId attempt) {
  const auto found = attempts_.find(attempt);
  check(found != attempts_.end(), "an attempt is forgotten once");
  const auto bundle = bundles_.find(found->second.bundle);
  flops_ -= found->second.flops;
  bundle->second.flops -= found->second.flops;
  if (--bundle->second.unanswered == 0) bundles_.erase(bundle);
  attempts_.erase(found);
  if (attempts_.empty()) flops_ = 0;  // drops what rounding left
}

std::vector<protocol::AttemptId> BundleLine::begin(protocol::AttemptId bundle) {
  Bundle& found = bundles_.at(bundle);
  if (found.began) return {};
  found.began = true;
  std::vector<protocol::AttemptId> begun;
  for (auto attempt = attempts_.lower_bound(bundle);
       attempt != attempts_.end() && attempt->second.bundle == bundle; ++attempt) {
    begun.push_back(attempt->first);
  }
  return begun;
}

double BundleLine::first_flops() const {
  return bundles_.empty() ? 0 : bundles_.begin()->second.flops;
}

double BundleLine::prefetched_flops() const {
  return std::max(0.0, flops_ - first_flops());
}

double BundleLine::flops_done() const {
  double done = 0;
  for (const auto& [unused, attempt] : attempts_) done += attempt.flops_done;
  return done;
}

std::vector<protocol::AttemptId> BundleLine::all() const {
  std::vector<protocol::AttemptId> all;
  all.reserve(attempts_.size());
  for (const auto& [attempt, unused] : attempts_) all.push_back(attempt);
  return all;
}

std::optional<std::int64_t> StackSizes::find(const trial::StackShape& shape) const {
  const auto found = known_.find(shape);
  return found == known_.end() ? std::nullopt : std::optional(found->second);
}

void StackSizes::ask(const trial::StackShape& shape) {
  check(!asked_, "a worker is asked one question at a time");
  asked_ = shape;
}

void StackSizes::answer(std::int64_t trials) {
  check(asked_ && trials > 0, "an answer follows a question");
  known_[*asked_] = trials;
  asked_.reset();
}

void FailureStreak::reset() {
  *this = FailureStreak();
}

void FailureStreak::add(TrialQueue::Index trial, std::optional<protocol::AttemptId> shared_bundle,
                        std::int64_t finished_by_all) {
  if (length() == kBadWorkerFailures) return;
  if (shared_bundle && shared_bundle == last_shared_bundle_) return;
  last_shared_bundle_ = shared_bundle;
  if (std::ranges::find(trials_, trial) != trials_.end()) return;
  if (trials_.empty()) finished_at_begin_ = finished_by_all;
  trials_.push_back(trial);
}

}  // namespace headsweep::orchestrator
