#include <map>
#include <utility>

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include "worker/trainer/adam.h"
#include "worker/trainer/batches.h"
#include "worker/trainer/dropout_tensors.h"
#include "worker/trainer/model.h"
#include "worker/trainer/training_loss.h"
#include "worker/trainer/training_step.h"

namespace headsweep::trainer {
namespace {

at::Tensor to_tensor(const std::vector<std::int64_t>& ids, const Sequences& shape, at::Device device) {
  // Borrows the vector; a tensor for another device is a copy.
  return at::from_blob(const_cast<std::int64_t*>(ids.data()), {shape.count, shape.length}, at::kLong)
      .to(device);
}

// The tensors of a layout as leaves of autograd. Where a gradient is, autograd adds to it in place: all
// gradients land in the flat buffer.
std::vector<at::Tensor> trained_leaves(const trial::ModelSettings& model, const at::Tensor& parameters,
                                       const at::Tensor& gradients) {
  const auto gradient_views = parameter_views(model, gradients);
  std::vector<at::Tensor> leaves = parameter_views(model, parameters);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    leaves[i] = leaves[i].detach().requires_grad_();
    leaves[i].mutable_grad() = gradient_views[i];
  }
  return leaves;
}

// One trial of the bundle: its rows of the buffers and its own data.
class EagerTrial {
 public:
  EagerTrial(const trial::Settings& settings, const BundleBuffers& buffers, std::int64_t row)
      : settings_(settings),
        batches_(settings),
        parameters_(buffers.parameters[row]),
        gradients_(buffers.gradients[row]),
        first_moments_(buffers.first_moments[row]),
        second_moments_(buffers.second_moments[row]),
        model_(settings, trained_leaves(settings.model, parameters_, gradients_)) {}

  BatchOutcome advance(std::int64_t step, std::span<const LayerDropout> dropout) {
    const Sequences batch = batches_.at(step);
    const at::Tensor tokens = to_tensor(batch.tokens, batch, parameters_.device());
    const at::Tensor targets = to_tensor(batch.targets, batch, parameters_.device());
    gradients_.zero_();
    const TrainingLoss loss = training_loss(settings_, model_, tokens, targets, dropout);
    loss.objective.backward();
    adam_update(parameters_, gradients_, first_moments_, second_moments_, settings_.training.learning_rate,
                step + 1);
    const at::NoGradGuard no_grad;
    const at::Tensor counts = count_correct(loss.logits, targets).cpu();
    const auto* const correct_of = counts.const_data_ptr<std::int64_t>();
    return {.loss = loss.task.item().toDouble(),
            .accuracy = static_cast<double>(correct_of[0]) / static_cast<double>(correct_of[1]),
            .diversity =
                loss.diversity.defined() ? std::optional(loss.diversity.item().toDouble()) : std::nullopt};
  }

  [[nodiscard]] const trial::Settings& settings() const { return settings_; }

 private:
  trial::Settings settings_;
  Batches batches_;
  at::Tensor parameters_;
  at::Tensor gradients_;
  at::Tensor first_moments_;
  at::Tensor second_moments_;
  Model model_;
};

class EagerStep final : public TrainingStep {
 public:
  EagerStep(const std::vector<trial::Settings>& settings, const BundleBuffers& buffers) {
    for (std::size_t row = 0; row < settings.size(); ++row) {
      trials_.emplace_back(settings[row], buffers, static_cast<std::int64_t>(row));
      const trial::ModelSettings& model = settings[row].model;
      dropout_.try_emplace({model.heads, model.dropout}, settings[row], buffers.parameters.scalar_type(),
                           buffers.parameters.device());
    }
  }

  std::vector<BatchOutcome> advance(std::int64_t step, std::span<const std::size_t> trials) override {
    std::vector<BatchOutcome> outcomes;
    for (const std::size_t number : trials) {
      EagerTrial& trial = trials_[number];
      const trial::ModelSettings& model = trial.settings().model;
      DropoutTensors& dropout = dropout_.at({model.heads, model.dropout});
      outcomes.push_back(trial.advance(step, dropout.masks(trial.settings(), step)));
    }
    return outcomes;
  }

 private:
  std::map<std::pair<std::int64_t, double>, DropoutTensors> dropout_;  // by heads and probability
  std::vector<EagerTrial> trials_;
};

}  // namespace

std::unique_ptr<TrainingStep> make_eager_step(const std::vector<trial::Settings>& settings,
                                              const BundleBuffers& buffers) {
  return std::make_unique<EagerStep>(settings, buffers);
}

}  // namespace headsweep::trainer
