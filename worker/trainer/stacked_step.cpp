#include "worker/trainer/stacked_step.h"

#include "errors/check.h"
#include "worker/stacked/stacked_update.h"
#include "worker/trainer/stacked_batches.h"

namespace headsweep::trainer {
namespace {

// Enough that waiting for the GPU between runs costs little even for a stack of one, few enough that a request to stop
// is heard within a second for the largest.
constexpr std::int64_t kUpdatesAtOnce = 16;

stacked::StackBuffers stack_buffers(const BundleBuffers& buffers) {
  const auto data = [](const at::Tensor& tensor) { return tensor.mutable_data_ptr<float>(); };
  return {data(buffers.parameters), data(buffers.gradients), data(buffers.first_moments),
          data(buffers.second_moments), buffers.parameters.stride(0)};
}

class StackedStep final : public TrainingStep {
 public:
  StackedStep(const std::vector<trial::Settings>& settings, const BundleBuffers& buffers, bool tf32)
      : trials_(settings.size()) {
    check(buffers.parameters.is_cuda() && buffers.parameters.scalar_type() == at::kFloat,
          "the stacked step trains float32 on a GPU");
    update_ = stacked::make_cuda_stacked_update(settings, stack_buffers(buffers), {.tf32 = tf32});
    batches_ = std::make_unique<StackedBatches>(settings, *update_);
  }

  std::vector<BatchOutcome> advance(std::int64_t step, std::span<const std::size_t> trials) override {
    return advance_several(step, 1, trials);
  }

  [[nodiscard]] std::int64_t updates_at_once() const override { return kUpdatesAtOnce; }

  std::vector<BatchOutcome> advance_several(std::int64_t step, std::int64_t updates,
                                            std::span<const std::size_t> trials) override {
    const std::vector<stacked::TrialOutcome> all = batches_->run(step, updates, trials);
    std::vector<BatchOutcome> outcomes;
    for (std::int64_t update = 0; update < updates; ++update) {
      for (const std::size_t trial : trials) {
        const stacked::TrialOutcome& own = all[static_cast<std::size_t>(update) * trials_ + trial];
        outcomes.push_back({.loss = own.loss, .accuracy = own.accuracy, .diversity = {}});
      }
    }
    return outcomes;
  }

 private:
  std::size_t trials_;
  std::unique_ptr<stacked::StackedUpdate> update_;
  std::unique_ptr<StackedBatches> batches_;
};

}  // namespace

std::unique_ptr<TrainingStep> make_stacked_step(const std::vector<trial::Settings>& settings,
                                                const BundleBuffers& buffers, bool tf32) {
  return std::make_unique<StackedStep>(settings, buffers, tf32);
}

}  // namespace headsweep::trainer
