#include <algorithm>
#include <map>
#include <utility>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include "worker/trainer/adam.h"
#include "worker/trainer/batches.h"
#include "worker/trainer/dropout_tensors.h"
#include "worker/trainer/libtorch_threads.h"
#include "worker/trainer/model.h"
#include "worker/trainer/partial_step.h"
#include "worker/trainer/training_loss.h"
#include "worker/trainer/training_step.h"

namespace headsweep::trainer {
namespace {

at::Tensor to_tensor(const std::vector<std::int64_t>& ids, const RowRange& rows, const Sequences& shape,
                     at::Device device) {
  // Borrows the vector; a tensor for another device is a copy.
  return at::from_blob(const_cast<std::int64_t*>(ids.data()), {shape.count, shape.length}, at::kLong)
      .narrow(0, rows.first, rows.count)
      .to(device);
}

// Positions with a loss.
double count_positions(std::span<const std::int64_t> targets) {
  return static_cast<double>(
      std::ranges::count_if(targets, [](std::int64_t target) { return target != tasks::kNoLoss; }));
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

// One trial of the bundle: its row of the buffers and its own data, or those rows of its batches.
class EagerTrial {
 public:
  EagerTrial(const trial::Settings& settings, const BundleBuffers& buffers, std::int64_t row,
             const RowRange& batch_rows)
      : settings_(settings),
        rows_(batch_rows),
        batches_(settings),
        parameters_(buffers.parameters[row]),
        gradients_(buffers.gradients[row]),
        first_moments_(buffers.first_moments[row]),
        second_moments_(buffers.second_moments[row]),
        model_(settings, trained_leaves(settings.model, parameters_, gradients_)) {}

  BatchOutcome advance(std::int64_t step, std::span<const LayerDropout> dropout) {
    const Forward forward = run_forward(step, dropout);
    forward.loss.objective.backward();
    update(step);
    const PartOutcome outcome = outcome_of(forward);
    return {.loss = forward.loss.task.item().toDouble(),
            .accuracy = outcome.correct / outcome.positions,
            .diversity = forward.loss.diversity.defined()
                             ? std::optional(forward.loss.diversity.item().toDouble())
                             : std::nullopt};
  }

  // What the rows contribute to the gradient: task losses are means over the batch's loss positions, diversity is
  // one over its sequences.
  PartOutcome differentiate(std::int64_t step, std::span<const LayerDropout> dropout) {
    const Forward forward = run_forward(step, dropout);
    const PartOutcome outcome = outcome_of(forward);
    at::Tensor objective = forward.loss.task * (outcome.positions / forward.batch_positions);
    if (forward.loss.diversity.defined()) {
      const double share = static_cast<double>(rows_.count) / static_cast<double>(settings_.training.batch);
      objective = objective - forward.loss.diversity * (settings_.diversity.penalty_weight * share);
    }
    objective.backward();
    return outcome;
  }

  void update(std::int64_t step) {
    adam_update(parameters_, gradients_, first_moments_, second_moments_, settings_.training.learning_rate,
                step + 1);
  }

  [[nodiscard]] const trial::Settings& settings() const { return settings_; }

 private:
  struct Forward {
    Sequences batch;  // whose ids the tensors borrow, until backward() is done
    TrainingLoss loss;
    at::Tensor targets;
    double batch_positions;  // with a loss, in the whole batch
  };

  // Zeroes the gradients too.
  Forward run_forward(std::int64_t step, std::span<const LayerDropout> dropout) {
    Sequences batch = batches_.at(step);
    const at::Tensor tokens = to_tensor(batch.tokens, rows_, batch, parameters_.device());
    const at::Tensor targets = to_tensor(batch.targets, rows_, batch, parameters_.device());
    gradients_.zero_();
    const double positions = count_positions(batch.targets);
    return {std::move(batch), training_loss(settings_, model_, tokens, targets, dropout), targets, positions};
  }

  PartOutcome outcome_of(const Forward& forward) const {
    const at::NoGradGuard no_grad;
    const at::Tensor counts = count_correct(forward.loss.logits, forward.targets).cpu();
    const auto* const correct_of = counts.const_data_ptr<std::int64_t>();
    const auto positions = static_cast<double>(correct_of[1]);
    const at::Tensor& diversity = forward.loss.diversity;
    return {.loss = forward.loss.task.item().toDouble() * positions,
            .correct = static_cast<double>(correct_of[0]),
            .positions = positions,
            .diversity =
                diversity.defined() ? diversity.item().toDouble() * static_cast<double>(rows_.count) : 0};
  }

  trial::Settings settings_;
  RowRange rows_;
  Batches batches_;
  at::Tensor parameters_;
  at::Tensor gradients_;
  at::Tensor first_moments_;
  at::Tensor second_moments_;
  Model model_;
};

class EagerStep final : public TrainingStep {
 public:
  EagerStep(const std::vector<trial::Settings>& settings, const BundleBuffers& buffers, std::int64_t threads)
      : threads_(threads) {
    for (std::size_t row = 0; row < settings.size(); ++row) {
      trials_.emplace_back(settings[row], buffers, static_cast<std::int64_t>(row), all_rows(settings[row]));
      const trial::ModelSettings& model = settings[row].model;
      dropout_.try_emplace({model.heads, model.dropout}, settings[row], all_rows(settings[row]),
                           buffers.parameters.scalar_type(), buffers.parameters.device());
    }
  }

  std::vector<BatchOutcome> advance(std::int64_t step, std::span<const std::size_t> trials) override {
    const LibTorchThreads own(threads_);
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
  std::int64_t threads_;
  std::map<std::pair<std::int64_t, double>, DropoutTensors> dropout_;  // by heads and probability
  std::vector<EagerTrial> trials_;
};

class EagerPart final : public PartialStep {
 public:
  EagerPart(const trial::Settings& settings, const BundleBuffers& buffers, const RowRange& rows,
            std::int64_t threads)
      : threads_(threads),
        dropout_(settings, rows, buffers.parameters.scalar_type(), buffers.parameters.device()),
        trial_(settings, buffers, 0, rows) {}

  PartOutcome differentiate(std::int64_t step) override {
    const LibTorchThreads own(threads_);
    return trial_.differentiate(step, dropout_.masks(trial_.settings(), step));
  }
  void update(std::int64_t step) override {
    const LibTorchThreads own(threads_);
    trial_.update(step);
  }

 private:
  std::int64_t threads_;
  DropoutTensors dropout_;
  EagerTrial trial_;
};

}  // namespace

std::unique_ptr<PartialStep> make_eager_part(const trial::Settings& settings, const BundleBuffers& buffers,
                                             const RowRange& rows, std::int64_t threads) {
  return std::make_unique<EagerPart>(settings, buffers, rows, threads);
}

std::unique_ptr<TrainingStep> make_eager_step(const std::vector<trial::Settings>& settings,
                                              const BundleBuffers& buffers, std::int64_t threads) {
  return std::make_unique<EagerStep>(settings, buffers, threads);
}

}  // namespace headsweep::trainer
