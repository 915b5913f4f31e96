#include "worker/trainer/stacked_batches.h"

#include <numeric>

namespace headsweep::trainer {
namespace {

// Tokens of a training set that a GPU keeps for one trial: 32 MB with their targets.
constexpr std::int64_t kMostKeptTokens = 4 << 20;

}  // namespace

StackedBatches::StackedBatches(const std::vector<trial::Settings>& settings, stacked::StackedUpdate& update)
    : settings_(settings), update_(update) {
  for (std::size_t trial = 0; trial < settings_.size(); ++trial) {
    batches_.emplace_back(settings_[trial]);
    if (!stays_on_device(trial)) continue;
    std::vector<std::uint64_t> all(static_cast<std::size_t>(settings_[trial].training.samples));
    std::iota(all.begin(), all.end(), std::uint64_t{0});
    set_samples(trial, all);
  }
}

bool StackedBatches::stays_on_device(std::size_t trial) const {
  const std::int64_t samples = settings_[trial].training.samples;
  return samples > 0 && samples * settings_[trial].model.length <= kMostKeptTokens;
}

void StackedBatches::set_samples(std::size_t trial, const std::vector<std::uint64_t>& numbers) {
  const Sequences drawn = generate_sequences(settings_[trial], tasks::Split::kTraining, numbers);
  const std::vector<std::int32_t> tokens(drawn.tokens.begin(), drawn.tokens.end());
  const std::vector<std::int32_t> targets(drawn.targets.begin(), drawn.targets.end());
  update_.set_samples(trial, tokens, targets);
}

std::vector<stacked::TrialOutcome> StackedBatches::run(std::int64_t step, std::int64_t updates,
                                                       std::span<const std::size_t> active) {
  const auto batch = static_cast<std::size_t>(settings_.front().training.batch);
  const auto count = static_cast<std::size_t>(updates);
  std::vector<std::int32_t> sample_of(count * settings_.size() * batch);
  for (const std::size_t trial : active) {
    std::vector<std::uint64_t> numbers;
    for (std::size_t update = 0; update < count; ++update) {
      const auto samples = batches_[trial].samples_at(step + static_cast<std::int64_t>(update));
      for (std::size_t row = 0; row < batch; ++row) {
        const std::uint64_t place = stays_on_device(trial) ? samples[row] : numbers.size();
        sample_of[(update * settings_.size() + trial) * batch + row] = static_cast<std::int32_t>(place);
        numbers.push_back(samples[row]);
      }
    }
    if (!stays_on_device(trial)) set_samples(trial, numbers);
  }
  return update_.run(step, updates, active, sample_of);
}

}  // namespace headsweep::trainer
