#include "tests/worker/stacked/stack_under_test.h"

#include <algorithm>
#include <numeric>

#include "trial/dropout_rule.h"
#include "trial/parameters.h"
#include "worker/fused/fused_update.h"
#include "worker/trainer/initial_weights.h"

namespace headsweep::stacked {
namespace {

std::vector<float> initial_weights(const trial::Settings& settings) {
  std::vector<float> flat(static_cast<std::size_t>(trial::count_parameters(settings.model).total()));
  trainer::fill_initial_weights(settings, std::span(flat));
  return flat;
}

}  // namespace

StackUnderTest::StackUnderTest(const std::vector<trial::Settings>& settings, const StackOptions& options,
                               Make make)
    : trials_(settings.size()), count_(initial_weights(settings.front()).size()) {
  const std::size_t stride = (count_ + 15) / 16 * 16;
  buffers_ = {allocate_under_test(trials_ * stride), allocate_under_test(trials_ * stride),
              allocate_under_test(trials_ * stride), allocate_under_test(trials_ * stride),
              static_cast<std::int64_t>(stride)};
  for (std::size_t trial = 0; trial < trials_; ++trial) {
    copy_from_test(buffers_.parameters + trial * stride, initial_weights(settings[trial]));
  }
  update_ = make(settings, buffers_, options);
  batches_ = std::make_unique<trainer::StackedBatches>(settings, *update_);
}

StackUnderTest::~StackUnderTest() {
  for (float* const memory :
       {buffers_.parameters, buffers_.gradients, buffers_.first_moments, buffers_.second_moments}) {
    free_under_test(memory);
  }
}

std::vector<TrialOutcome> StackUnderTest::run(std::int64_t step, std::int64_t updates,
                                              const std::vector<std::size_t>& active) {
  return batches_->run(step, updates, active);
}

std::vector<TrialOutcome> StackUnderTest::run(std::int64_t step, std::int64_t updates) {
  std::vector<std::size_t> all(trials_);
  std::iota(all.begin(), all.end(), std::size_t{0});
  return run(step, updates, all);
}

std::vector<float> StackUnderTest::row(const float* buffer, std::size_t trial) const {
  std::vector<float> values(count_);
  copy_to_test(values, buffer + trial * static_cast<std::size_t>(buffers_.stride));
  return values;
}

std::vector<float> StackUnderTest::parameters(std::size_t trial) const {
  return row(buffers_.parameters, trial);
}
std::vector<float> StackUnderTest::gradients(std::size_t trial) const {
  return row(buffers_.gradients, trial);
}

struct FusedTrial::Update {
  explicit Update(const trial::Settings& own)
      : settings(own),
        batches(own),
        visible(own),
        update(own.model, own.training.batch,
               {trial::dropout_rule(own.model.dropout).threshold,
                static_cast<float>(trial::dropout_rule(own.model.dropout).scale)},
               1) {}

  trial::Settings settings;
  trainer::Batches batches;
  fused::VisibleKeys visible;
  fused::FusedUpdate update;
  std::vector<float> first_moments;
  std::vector<float> second_moments;
};

FusedTrial::FusedTrial(const trial::Settings& settings)
    : parameters(initial_weights(settings)),
      gradients(parameters.size()),
      update_(std::make_unique<Update>(settings)) {
  update_->first_moments.resize(parameters.size());
  update_->second_moments.resize(parameters.size());
}

FusedTrial::~FusedTrial() = default;

TrialOutcome FusedTrial::run(std::int64_t step) {
  const trainer::Sequences batch = update_->batches.at(step);
  const std::vector<std::int32_t> tokens(batch.tokens.begin(), batch.tokens.end());
  const std::vector<std::int32_t> targets(batch.targets.begin(), batch.targets.end());
  const fused::UpdateOutcome outcome = update_->update.run(
      update_->settings.seed, step, update_->settings.training.learning_rate, {tokens, targets},
      update_->visible,
      {parameters.data(), gradients.data(), update_->first_moments.data(), update_->second_moments.data()});
  return {outcome.loss, outcome.accuracy};
}

}  // namespace headsweep::stacked
