#include "worker/fused/fused_update.h"

#include <algorithm>

namespace headsweep::fused {
namespace {

// First sequence of a chunk; `chunks` chunks differ by at most one sequence.
std::size_t first_of(std::size_t chunk, std::size_t chunks, std::size_t sequences) {
  return chunk * sequences / chunks;
}

// Positions of the batch with a loss.
std::ptrdiff_t count_positions(const Batch& batch) {
  return std::ranges::count_if(batch.targets, [](std::int32_t target) { return target >= 0; });
}

}  // namespace

FusedUpdate::FusedUpdate(const trial::ModelSettings& model, std::int64_t batch, const DropoutRule& rule,
                         std::size_t threads)
    : length_(static_cast<std::size_t>(model.length)),
      layout_(model),
      maps_(layout_.linear_maps()),
      rows_(layout_.plain_rows()),
      team_(threads),
      weights_(layout_.packed_size) {
  const auto chunks = std::min(kGradientChunks, static_cast<std::size_t>(batch));
  for (std::size_t thread = 0; thread < threads; ++thread) passes_.emplace_back(layout_, rule);
  for (std::size_t chunk = 0; chunk < chunks; ++chunk) chunk_gradients_.emplace_back(layout_.gradient_size);
  chunk_outcomes_.resize(chunks);
}

UpdateOutcome FusedUpdate::run(std::uint32_t seed, std::int64_t step, double learning_rate,
                               const Batch& batch, const VisibleKeys& visible, const AdamBuffers& buffers) {
  const SequenceRange all{0, batch.tokens.size() / length_};
  const CrossEntropy total = run_chunks(seed, step, batch, all, visible, buffers.parameters);
  reduce(adam_step(learning_rate, step + 1), buffers);
  const auto count = static_cast<double>(count_positions(batch));
  return {total.loss / count, static_cast<double>(total.correct) / count};
}

CrossEntropy FusedUpdate::differentiate(std::uint32_t seed, std::int64_t step, const Batch& batch,
                                        const SequenceRange& rows, const VisibleKeys& visible,
                                        const AdamBuffers& buffers) {
  const CrossEntropy total = run_chunks(seed, step, batch, rows, visible, buffers.parameters);
  const std::vector<const float*> parts = chunk_parts();
  team_.run(layout_.gradient_runs.size(), [&](std::size_t, std::size_t job) {
    const GradientRun& run = layout_.gradient_runs[job];
    float* const sum = buffers.gradients + run.flat;
    std::copy_n(parts.front() + run.gradient, run.count, sum);
    for (const float* const part : std::span(parts).subspan(1)) {
      for (std::size_t i = 0; i < run.count; ++i) sum[i] += part[run.gradient + i];
    }
  });
  return total;
}

void FusedUpdate::update(std::int64_t step, double learning_rate, const AdamBuffers& buffers) {
  const AdamStep factors = adam_step(learning_rate, step + 1);
  team_.run(layout_.gradient_runs.size(), [&](std::size_t, std::size_t job) {
    const GradientRun& run = layout_.gradient_runs[job];
    const float* const gradients = buffers.gradients;
    reduce_and_update({&gradients, 1}, run.flat, run.count, factors,
                      {buffers.parameters + run.flat, buffers.gradients + run.flat,
                       buffers.first_moments + run.flat, buffers.second_moments + run.flat});
  });
}

CrossEntropy FusedUpdate::run_chunks(std::uint32_t seed, std::int64_t step, const Batch& batch,
                                     const SequenceRange& rows, const VisibleKeys& visible,
                                     const float* parameters) {
  const auto scale = static_cast<float>(1.0 / static_cast<double>(count_positions(batch)));
  const DropoutPlace place{seed, static_cast<std::uint32_t>(step), 0};
  pack_weights(parameters);
  team_.run(chunk_gradients_.size(), [&](std::size_t thread, std::size_t chunk) {
    run_chunk(thread, chunk, place, batch, rows, visible, scale);
  });
  CrossEntropy total;
  for (const CrossEntropy& outcome : chunk_outcomes_) {
    total.loss += outcome.loss;
    total.correct += outcome.correct;
  }
  return total;
}

void FusedUpdate::pack_weights(const float* parameters) {
  team_.run(maps_.size() + rows_.size(), [&](std::size_t, std::size_t job) {
    if (job < maps_.size()) {
      pack(*maps_[job], parameters, weights_.data());
    } else {
      pack(*rows_[job - maps_.size()], parameters, weights_.data());
    }
  });
}

void FusedUpdate::run_chunk(std::size_t thread, std::size_t chunk, const DropoutPlace& place,
                            const Batch& batch, const SequenceRange& rows, const VisibleKeys& visible,
                            float scale) {
  const std::size_t chunks = chunk_gradients_.size();
  const std::size_t end = rows.first + first_of(chunk + 1, chunks, rows.count);
  chunk_gradients_[chunk].clear();
  CrossEntropy total;
  for (std::size_t row = rows.first + first_of(chunk, chunks, rows.count); row < end; ++row) {
    const TrainingSequence sequence{row, batch.tokens.subspan(row * length_, length_),
                                    batch.targets.subspan(row * length_, length_)};
    const CrossEntropy outcome =
        passes_[thread].run(sequence, visible, place, scale, weights_.data(), chunk_gradients_[chunk].data());
    total.loss += outcome.loss;
    total.correct += outcome.correct;
  }
  chunk_outcomes_[chunk] = total;
}

std::vector<const float*> FusedUpdate::chunk_parts() const {
  std::vector<const float*> parts;
  for (const AlignedFloats& gradients : chunk_gradients_) parts.push_back(gradients.data());
  return parts;
}

void FusedUpdate::reduce(const AdamStep& step, const AdamBuffers& buffers) {
  const std::vector<const float*> parts = chunk_parts();
  team_.run(layout_.gradient_runs.size(), [&](std::size_t, std::size_t job) {
    const GradientRun& run = layout_.gradient_runs[job];
    reduce_and_update(parts, run.gradient, run.count, step,
                      {buffers.parameters + run.flat, buffers.gradients + run.flat,
                       buffers.first_moments + run.flat, buffers.second_moments + run.flat});
  });
}

}  // namespace headsweep::fused
