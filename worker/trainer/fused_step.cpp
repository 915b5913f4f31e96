#include "worker/trainer/fused_step.h"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "errors/check.h"
#include "worker/fused/fused_update.h"
#include "worker/trainer/batches.h"
#include "worker/trainer/dropout_mask.h"

namespace headsweep::trainer {
namespace {

fused::DropoutRule fused_rule(double probability) {
  const DropoutRule rule = dropout_rule(probability);
  return {rule.threshold, static_cast<float>(rule.scale)};
}

fused::AdamBuffers row_of(const BundleBuffers& buffers, std::size_t row) {
  const auto data = [row](const at::Tensor& tensor) {
    return tensor[static_cast<std::int64_t>(row)].mutable_data_ptr<float>();
  };
  return {data(buffers.parameters), data(buffers.gradients), data(buffers.first_moments),
          data(buffers.second_moments)};
}

std::vector<std::int32_t> narrowed(const std::vector<std::int64_t>& ids) {
  return {ids.begin(), ids.end()};
}

class FusedStep final : public TrainingStep {
 public:
  FusedStep(const std::vector<trial::Settings>& settings, const BundleBuffers& buffers, std::size_t threads)
      : settings_(settings), threads_(threads) {
    check(buffers.parameters.is_cpu() && buffers.parameters.scalar_type() == at::kFloat,
          "the fused step trains float32 on the CPU");
    for (std::size_t row = 0; row < settings.size(); ++row) {
      batches_.emplace_back(settings[row]);
      visible_.emplace_back(settings[row]);
      rows_.push_back(row_of(buffers, row));
    }
  }

  std::vector<BatchOutcome> advance(std::int64_t step, std::span<const std::size_t> trials) override {
    std::vector<BatchOutcome> outcomes;
    for (const std::size_t number : trials) {
      const trial::Settings& settings = settings_[number];
      const Sequences batch = batches_[number].at(step);
      const auto tokens = narrowed(batch.tokens);
      const auto targets = narrowed(batch.targets);
      const fused::UpdateOutcome outcome =
          update_of(settings).run(settings.seed, step, settings.training.learning_rate, {tokens, targets},
                                  visible_[number], rows_[number]);
      outcomes.push_back({.loss = outcome.loss, .accuracy = outcome.accuracy, .diversity = {}});
    }
    return outcomes;
  }

 private:
  // Made when it is first needed: not every trial of the bundle need be one for the fused step.
  fused::FusedUpdate& update_of(const trial::Settings& settings) {
    const trial::ModelSettings& model = settings.model;
    std::unique_ptr<fused::FusedUpdate>& update = updates_[{model.heads, model.dropout}];
    if (!update) {
      update = std::make_unique<fused::FusedUpdate>(model, settings.training.batch, fused_rule(model.dropout),
                                                    threads_);
    }
    return *update;
  }

  std::vector<trial::Settings> settings_;
  std::size_t threads_;
  // By heads and dropout, in which the models of a bundle may differ.
  std::map<std::pair<std::int64_t, double>, std::unique_ptr<fused::FusedUpdate>> updates_;
  std::vector<Batches> batches_;
  std::vector<fused::VisibleKeys> visible_;
  std::vector<fused::AdamBuffers> rows_;
};

class FusedPart final : public PartialStep {
 public:
  FusedPart(const trial::Settings& settings, const BundleBuffers& buffers, const RowRange& rows,
            std::size_t threads)
      : settings_(settings),
        rows_{static_cast<std::size_t>(rows.first), static_cast<std::size_t>(rows.count)},
        update_(settings.model, settings.training.batch, fused_rule(settings.model.dropout), threads),
        batches_(settings),
        visible_(settings),
        row_(row_of(buffers, 0)) {}

  PartOutcome differentiate(std::int64_t step) override {
    const Sequences batch = batches_.at(step);
    const auto tokens = narrowed(batch.tokens);
    const auto targets = narrowed(batch.targets);
    const fused::CrossEntropy sums =
        update_.differentiate(settings_.seed, step, {tokens, targets}, rows_, visible_, row_);
    const auto length = static_cast<std::size_t>(settings_.model.length);
    const auto own = std::span(targets).subspan(rows_.first * length, rows_.count * length);
    const auto positions = std::ranges::count_if(own, [](std::int32_t target) { return target >= 0; });
    return {.loss = sums.loss,
            .correct = static_cast<double>(sums.correct),
            .positions = static_cast<double>(positions)};
  }

  void update(std::int64_t step) override { update_.update(step, settings_.training.learning_rate, row_); }

 private:
  trial::Settings settings_;
  fused::SequenceRange rows_;
  fused::FusedUpdate update_;
  Batches batches_;
  fused::VisibleKeys visible_;
  fused::AdamBuffers row_;
};

}  // namespace

std::unique_ptr<PartialStep> make_fused_part(const trial::Settings& settings, const BundleBuffers& buffers,
                                             const RowRange& rows, std::size_t threads) {
  return std::make_unique<FusedPart>(settings, buffers, rows, threads);
}

std::unique_ptr<TrainingStep> make_fused_step(const std::vector<trial::Settings>& settings,
                                              const BundleBuffers& buffers, std::size_t threads) {
  return std::make_unique<FusedStep>(settings, buffers, threads);
}

}  // namespace headsweep::trainer
