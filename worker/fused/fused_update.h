// One optimiser update of one trial at a time: forward, backward and Adam of a whole batch, on the CPU, in float32,
// without LibTorch. The model is that of worker/trainer/model.h; dropout takes the same decisions.
//
// The bits of an update follow from its arguments and the instruction set alone, not from the number of threads: the
// batch is cut into kGradientChunks chunks of sequences, whatever the threads; each chunk's gradient is the sum over
// its sequences in their order, and the chunks' gradients are added in their order.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "trial/settings.h"
#include "worker/fused/adam.h"
#include "worker/fused/model_layout.h"
#include "worker/fused/sequence_pass.h"
#include "worker/fused/thread_team.h"

namespace headsweep::fused {

// A batch cut finer would balance more threads, at the price of one gradient buffer a chunk: 12 divides well by the
// few threads that a trainer has.
inline constexpr std::size_t kGradientChunks = 12;

// The instruction set that the kernels take on this machine: "AVX3" (AVX-512), "AVX2", "SSE4", ...
std::string_view instruction_set();

struct Batch {
  std::span<const std::int32_t> tokens;   // [sequences][length]
  std::span<const std::int32_t> targets;  // the same; negative: no loss
};

struct UpdateOutcome {
  double loss;      // mean over the loss positions
  double accuracy;  // fraction of them
};

// Sequences first .. first + count - 1 of a batch.
struct SequenceRange {
  std::size_t first;
  std::size_t count;
};

class FusedUpdate {
 public:
  // For trials of that shape, for which why_not_fused() (fused_support.h) has nothing to say.
  FusedUpdate(const trial::ModelSettings& model, std::int64_t batch, const DropoutRule& rule,
              std::size_t threads);

  // Update number `step` (from 0) of a trial of that seed, whose rows of the flat buffers are `buffers`: fills the
  // gradients, changes the rest. Ids are below the vocabulary; at least one position has a loss.
  UpdateOutcome run(std::uint32_t seed, std::int64_t step, double learning_rate, const Batch& batch,
                    const VisibleKeys& visible, const AdamBuffers& buffers);

  // The same in two halves, for a batch that several processes share. First what `rows` contribute to the gradients of
  // the batch; the contributions of all rows, added up, are those that run() fills in, but for rounding. Sums over the
  // rows' loss positions.
  CrossEntropy differentiate(std::uint32_t seed, std::int64_t step, const Batch& batch,
                             const SequenceRange& rows, const VisibleKeys& visible,
                             const AdamBuffers& buffers);
  // Then the update, with the gradients that are now in the buffers.
  void update(std::int64_t step, double learning_rate, const AdamBuffers& buffers);

 private:
  void pack_weights(const float* parameters);
  CrossEntropy run_chunks(std::uint32_t seed, std::int64_t step, const Batch& batch,
                          const SequenceRange& rows, const VisibleKeys& visible, const float* parameters);
  void run_chunk(std::size_t thread, std::size_t chunk, const DropoutPlace& place, const Batch& batch,
                 const SequenceRange& rows, const VisibleKeys& visible, float scale);
  void reduce(const AdamStep& step, const AdamBuffers& buffers);
  [[nodiscard]] std::vector<const float*> chunk_parts() const;

  std::size_t length_;
  ModelLayout layout_;
  std::vector<const LinearLayout*> maps_;
  std::vector<const RowsLayout*> rows_;
  ThreadTeam team_;
  std::vector<SequencePass> passes_;  // one a thread
  AlignedFloats weights_;             // packed
  std::vector<AlignedFloats> chunk_gradients_;
  std::vector<CrossEntropy> chunk_outcomes_;
};

}  // namespace headsweep::fused
