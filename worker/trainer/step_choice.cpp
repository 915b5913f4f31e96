#include "worker/trainer/step_choice.h"

#include <algorithm>

#include "worker/fused/fused_support.h"
#include "worker/trainer/fused_step.h"

namespace headsweep::trainer {
namespace {

// Trials of one bundle that take different steps.
class MixedStep final : public TrainingStep {
 public:
  MixedStep(std::vector<bool> is_fused, std::unique_ptr<TrainingStep> fused,
            std::unique_ptr<TrainingStep> eager)
      : is_fused_(std::move(is_fused)), fused_(std::move(fused)), eager_(std::move(eager)) {}

  std::vector<BatchOutcome> advance(std::int64_t step, std::span<const std::size_t> trials) override {
    std::vector<BatchOutcome> outcomes;
    for (std::size_t i = 0; i < trials.size(); ++i) {
      TrainingStep& own = is_fused_[trials[i]] ? *fused_ : *eager_;
      outcomes.push_back(own.advance(step, trials.subspan(i, 1)).front());
    }
    return outcomes;
  }

 private:
  std::vector<bool> is_fused_;
  std::unique_ptr<TrainingStep> fused_;
  std::unique_ptr<TrainingStep> eager_;
};

}  // namespace

StepChoice choose_step(const trial::Settings& settings, const TrainerContext& context) {
  if (context.step == "eager") return {"eager", ""};
  if (!context.device.is_cpu()) return {"eager", "the fused step is for CPUs"};
  if (context.dtype != c10::kFloat) return {"eager", "the fused step computes in float32"};
  if (const auto why = fused::why_not_fused(settings)) return {"eager", *why};
  return {"fused", ""};
}

std::unique_ptr<TrainingStep> make_chosen_step(const std::vector<trial::Settings>& settings,
                                               const BundleBuffers& buffers, const TrainerContext& context) {
  std::vector<bool> is_fused;
  for (const trial::Settings& own : settings) is_fused.push_back(choose_step(own, context).kind == "fused");
  const auto fused_count = static_cast<std::size_t>(std::ranges::count(is_fused, true));
  const auto threads = static_cast<std::size_t>(context.threads);
  if (fused_count == 0) return make_eager_step(settings, buffers);
  if (fused_count == settings.size()) return make_fused_step(settings, buffers, threads);
  return std::make_unique<MixedStep>(std::move(is_fused), make_fused_step(settings, buffers, threads),
                                     make_eager_step(settings, buffers));
}

}  // namespace headsweep::trainer
