#include "worker/trainer/measurement.h"

#include <algorithm>
#include <deque>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include "errors/check.h"
#include "metrics/layer_heads.h"
#include "metrics/measurement_jobs.h"
#include "tasks/task.h"
#include "trial/task_shape.h"
#include "worker/fused/thread_team.h"
#include "worker/trainer/model.h"

namespace headsweep::trainer {
namespace {

using at::Tensor;

// Sequences of one forward pass: fixed, so that no number depends on how many are measured. Few on a CPU, whose memory the
// attention of all layers takes; on a GPU so many that it, not starting its kernels, takes the time.
constexpr std::int64_t kChunkOnCpu = 4;
constexpr std::int64_t kChunkOnGpu = 64;
constexpr std::int64_t kMostAttentionOnGpu = std::int64_t{1} << 28;  // elements of all layers: 1 GB

std::int64_t chunk_of(const trial::Settings& settings, const at::Device& device) {
  if (!device.is_cuda()) return kChunkOnCpu;
  const trial::ModelSettings& model = settings.model;
  const std::int64_t of_sequence = model.layers * model.heads * model.length * model.length;
  return std::clamp(kMostAttentionOnGpu / of_sequence, std::int64_t{1}, kChunkOnGpu);
}

Tensor to_double(const Tensor& tensor) {
  return tensor.to(at::kCPU, at::kDouble).contiguous();
}

std::span<const double> elements(const Tensor& tensor) {
  return {tensor.const_data_ptr<double>(), static_cast<std::size_t>(tensor.numel())};
}

Tensor ids(const std::vector<std::int64_t>& values, const Sequences& shape) {
  return at::tensor(values, at::kLong).view({shape.count, shape.length});
}

const tasks::Task& task_of(const trial::Settings& settings) {
  const tasks::Task* const task = tasks::find_task(settings.training.task);
  check(task != nullptr, "checked settings name a known task");
  return *task;
}

// Sums over loss positions.
struct Score {
  double loss = 0;
  std::int64_t correct = 0;
  std::int64_t positions = 0;

  void add(const Tensor& logits, const Tensor& targets) {
    const Tensor exact = to_double(logits);
    const Tensor counts = count_correct(exact, targets);
    const auto here = counts[1].item<std::int64_t>();
    if (here == 0) return;
    loss += cross_entropy(exact, targets).item<double>() * static_cast<double>(here);
    correct += counts[0].item<std::int64_t>();
    positions += here;
  }
};

class Measurer {
 public:
  Measurer(const trial::Settings& settings, const Tensor& flat_parameters, const MeasurementOptions& options)
      : settings_(settings),
        options_(options),
        model_(settings, parameter_views(settings.model, flat_parameters)),
        task_(task_of(settings)),
        team_(static_cast<std::size_t>(options.work.threads)) {
    for (const LayerWeights& layer : model_.weights().layers) {
      importance_.push_back(head_importance(layer.output_weight, settings.model.heads));
    }
  }

  Measurement measure(const Sequences& sequences) && {
    const Tensor tokens = ids(sequences.tokens, sequences);
    const Tensor targets = ids(sequences.targets, sequences);
    const auto sequence_count = static_cast<std::size_t>(sequences.count);
    measured_.layers.assign(importance_.size(), std::vector<metrics::LayerValues>(sequence_count));
    measured_.rollout.resize(sequence_count);
    if (options_.permuted_draws) {
      nulls_.emplace(sequences.count,
                     metrics::NullOptions{settings_.seed, *options_.permuted_draws, options_.horizon});
    }
    const std::int64_t chunk = chunk_of(settings_, model_.device());
    for (std::int64_t first = 0; first < sequences.count; first += chunk) {
      const std::int64_t count = std::min(chunk, sequences.count - first);
      measure_chunk(first, tokens.narrow(0, first, count), targets.narrow(0, first, count));
    }
    measured_.loss = score_.loss / static_cast<double>(score_.positions);
    measured_.accuracy = static_cast<double>(score_.correct) / static_cast<double>(score_.positions);
    if (nulls_) measured_.nulls = nulls_->values();
    return std::move(measured_);
  }

 private:
  // `first`: the number of the chunk's first sequence.
  void measure_chunk(std::int64_t first, const Tensor& tokens, const Tensor& targets) {
    std::vector<LayerAttention> layers;
    const Tensor logits = model_.forward(tokens.to(model_.device()), {}, &layers);
    score_.add(logits, targets);
    for (LayerAttention& layer : layers) {  // in one go from a GPU
      layer = {layer.attention.cpu(), layer.values.cpu(), layer.outputs.cpu()};
    }
    // As many at once as there are threads: the heads of more sequences in double would take more memory than all else.
    const auto at_once = static_cast<std::int64_t>(team_.size());
    for (std::int64_t begin = 0; begin < tokens.size(0); begin += at_once) {
      std::deque<ChunkSequence> sequences;
      metrics::MeasurementJobs jobs;
      for (std::int64_t place = begin; place < std::min(begin + at_once, tokens.size(0)); ++place) {
        sequences.push_back(
            {static_cast<std::size_t>(first + place), heads_of(layers, place), needed_keys(tokens[place])});
        append_jobs(sequences.back(), jobs);
      }
      do_jobs(jobs);
    }
  }

  struct ChunkSequence {
    std::size_t number;
    std::vector<metrics::LayerHeads> layers;
    std::vector<std::int64_t> needed_keys;
  };

  // They borrow the sequence.
  void append_jobs(const ChunkSequence& sequence, metrics::MeasurementJobs& jobs) {
    const metrics::MeasureOptions options{options_.horizon, sequence.needed_keys, options_.core_only,
                                          options_.heads};
    for (std::size_t layer = 0; layer < sequence.layers.size(); ++layer) {
      jobs.emplace_back([this, layer, &sequence, options] {
        measured_.layers[layer][sequence.number] = metrics::measure_heads(sequence.layers[layer], options);
      });
    }
    jobs.emplace_back([this, &sequence, options] {
      std::vector<metrics::LowerTriangle> combined;
      for (const metrics::LayerHeads& layer : sequence.layers)
        combined.push_back(metrics::combination(layer));
      measured_.rollout[sequence.number] = metrics::measure_rollout(combined, options);
    });
    if (nulls_) nulls_->add(sequence.layers, sequence.needed_keys, jobs);
  }

  void do_jobs(const metrics::MeasurementJobs& jobs) {
    team_.run(jobs.size(), [&](std::size_t thread, std::size_t job) {
      jobs[job]();
      if (thread == 0) options_.work.sign_of_life();
    });
  }

  std::vector<std::int64_t> needed_keys(const Tensor& tokens) const {
    const Tensor narrow = tokens.to(at::kInt);
    const auto length = static_cast<std::size_t>(narrow.numel());
    std::vector<std::int64_t> keys(length);
    task_.needed_keys(trial::task_shape(settings_), {narrow.const_data_ptr<std::int32_t>(), length}, keys);
    return keys;
  }

  // Of the sequence at `place` in the chunk.
  std::vector<metrics::LayerHeads> heads_of(const std::vector<LayerAttention>& layers,
                                            std::int64_t place) const {
    std::vector<metrics::LayerHeads> heads;
    for (std::size_t number = 0; number < layers.size(); ++number) {
      const Tensor rows = to_double(layers[number].attention[place]);
      const Tensor attention = rows / rows.sum(-1, /*keepdim=*/true);
      const Tensor values = to_double(layers[number].values[place]);
      const Tensor outputs = to_double(layers[number].outputs[place]);
      heads.push_back(
          metrics::checked_heads({attention.size(0), attention.size(1), values.size(2), elements(attention),
                                  importance_[number], elements(values), elements(outputs)}));
    }
    return heads;
  }

  const trial::Settings& settings_;
  const MeasurementOptions& options_;
  Model model_;
  const tasks::Task& task_;
  std::vector<std::vector<double>> importance_;
  std::optional<metrics::NullMeasurement> nulls_;
  Score score_;
  Measurement measured_{};
  fused::ThreadTeam team_;
};

}  // namespace

std::vector<double> head_importance(const Tensor& output_weight, std::int64_t heads) {
  const Tensor columns_of_head = to_double(output_weight).view({output_weight.size(0), heads, -1});
  const Tensor norms = columns_of_head.square().sum(at::IntArrayRef{0, 2}).sqrt();
  const Tensor importance = norms / norms.sum();
  const auto values = elements(importance);
  return {values.begin(), values.end()};
}

Measurement measure_model(const trial::Settings& settings, const Tensor& flat_parameters,
                          const Sequences& sequences, const MeasurementOptions& options) {
  const at::NoGradGuard no_grad;
  return Measurer(settings, flat_parameters, options).measure(sequences);
}

}  // namespace headsweep::trainer
