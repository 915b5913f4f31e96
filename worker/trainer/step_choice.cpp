#include "worker/trainer/step_choice.h"

#include <algorithm>

#include "worker/fused/fused_support.h"
#include "worker/stacked/stacked_support.h"
#include "worker/stacked/stacked_update.h"
#include "worker/trainer/fused_step.h"
#include "worker/trainer/stacked_step.h"

namespace headsweep::trainer {
namespace {

// Trials of one bundle that take different steps.
class MixedStep final : public TrainingStep {
 public:
  MixedStep(std::vector<bool> is_fused, std::unique_ptr<TrainingStep> fused,
            std::unique_ptr<TrainingStep> eager)
      : is_fused_(std::move(is_fused)), fused_(std::move(fused)), eager_(std::move(eager)) {}

  std::vector<BatchOutcome> advance(std::int64_t step, std::span<const std::size_t> trials) override {
    std::vector<BatchOutcome> outcomes(trials.size());
    advance_those(step, trials, true, *fused_, outcomes);
    advance_those(step, trials, false, *eager_, outcomes);
    return outcomes;
  }

 private:
  void advance_those(std::int64_t step, std::span<const std::size_t> trials, bool fused, TrainingStep& own,
                     std::vector<BatchOutcome>& outcomes) const {
    std::vector<std::size_t> places;
    std::vector<std::size_t> group;
    for (std::size_t i = 0; i < trials.size(); ++i) {
      if (is_fused_[trials[i]] != fused) continue;
      places.push_back(i);
      group.push_back(trials[i]);
    }
    if (group.empty()) return;
    const std::vector<BatchOutcome> of_group = own.advance(step, group);
    for (std::size_t i = 0; i < places.size(); ++i) outcomes[places[i]] = of_group[i];
  }

  std::vector<bool> is_fused_;
  std::unique_ptr<TrainingStep> fused_;
  std::unique_ptr<TrainingStep> eager_;
};

}  // namespace

StepChoice choose_step(const trial::Settings& settings, const TrainerContext& context) {
  if (context.step == "eager") return {"eager", ""};
  if (context.dtype != c10::kFloat) return {"eager", "the fused step computes in float32"};
  if (context.device.is_cuda() && context.members > 1)
    return {"eager", "on GPUs a gang takes the eager step"};
  if (context.device.is_cuda() && !stacked::has_cuda_programs()) {
    return {"eager", "this build has no kernels for GPUs; build preset cuda"};
  }
  const auto why =
      context.device.is_cuda() ? stacked::why_not_stacked(settings) : fused::why_not_fused(settings);
  if (why) return {"eager", *why};
  return {"fused", ""};
}

namespace {

// For trials that take the fused step: that of their device.
std::unique_ptr<TrainingStep> make_fused_step_of_device(const std::vector<trial::Settings>& settings,
                                                        const BundleBuffers& buffers,
                                                        const TrainerContext& context) {
  if (context.device.is_cuda()) return make_stacked_step(settings, buffers, context.tf32);
  return make_fused_step(settings, buffers, static_cast<std::size_t>(context.threads));
}

}  // namespace

std::unique_ptr<TrainingStep> make_chosen_step(const std::vector<trial::Settings>& settings,
                                               const BundleBuffers& buffers, const TrainerContext& context) {
  std::vector<bool> is_fused;
  for (const trial::Settings& own : settings) is_fused.push_back(choose_step(own, context).kind == "fused");
  const auto fused_count = static_cast<std::size_t>(std::ranges::count(is_fused, true));
  if (fused_count == 0) return make_eager_step(settings, buffers, context.threads);
  if (fused_count == settings.size()) return make_fused_step_of_device(settings, buffers, context);
  return std::make_unique<MixedStep>(std::move(is_fused),
                                     make_fused_step_of_device(settings, buffers, context),
                                     make_eager_step(settings, buffers, context.threads));
}

std::unique_ptr<PartialStep> make_chosen_part(const trial::Settings& settings, const BundleBuffers& buffers,
                                              const RowRange& rows, const TrainerContext& context) {
  if (choose_step(settings, context).kind == "eager") {
    return make_eager_part(settings, buffers, rows, context.threads);
  }
  return make_fused_part(settings, buffers, rows, static_cast<std::size_t>(context.threads));
}

}  // namespace headsweep::trainer
