#include "worker/trainer/stacked_batches.h"

#include <algorithm>
#include <numeric>

namespace headsweep::trainer {
namespace {

// Tokens of a training set that a GPU keeps for one trial: 32 MB with their targets.
constexpr std::int64_t kMostKeptTokens = 4 << 20;

bool keeps_samples(const trial::Settings& settings) {
  const std::int64_t samples = settings.training.samples;
  return samples > 0 && samples * settings.model.length <= kMostKeptTokens;
}

void keep_samples(const trial::Settings& settings, std::size_t trial, stacked::StackedUpdate& update) {
  std::vector<std::uint64_t> all(static_cast<std::size_t>(settings.training.samples));
  std::iota(all.begin(), all.end(), std::uint64_t{0});
  const Sequences drawn = generate_sequences(settings, tasks::Split::kTraining, all);
  const std::vector<std::int32_t> tokens(drawn.tokens.begin(), drawn.tokens.end());
  const std::vector<std::int32_t> targets(drawn.targets.begin(), drawn.targets.end());
  update.keep_samples(trial, tokens, targets);
}

}  // namespace

StackedBatches::StackedBatches(const std::vector<trial::Settings>& settings, stacked::StackedUpdate& update)
    : batch_(static_cast<std::size_t>(settings.front().training.batch)), update_(update) {
  for (std::size_t trial = 0; trial < settings.size(); ++trial) {
    batches_.emplace_back(settings[trial]);
    if (keeps_samples(settings[trial])) keep_samples(settings[trial], trial, update);
  }
}

std::vector<stacked::TrialOutcome> StackedBatches::run(std::int64_t step, std::int64_t updates,
                                                       std::span<const std::size_t> active) {
  const auto count = static_cast<std::size_t>(updates);
  std::vector<std::uint64_t> sample_of(count * batches_.size() * batch_);
  for (const std::size_t trial : active) {
    for (std::size_t update = 0; update < count; ++update) {
      const auto samples = batches_[trial].samples_at(step + static_cast<std::int64_t>(update));
      const auto first = (update * batches_.size() + trial) * batch_;
      std::ranges::copy(samples, sample_of.begin() + static_cast<std::ptrdiff_t>(first));
    }
  }
  return update_.run(step, updates, active, sample_of);
}

}  // namespace headsweep::trainer
