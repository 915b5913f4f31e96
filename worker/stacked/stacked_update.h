// Optimiser updates of a whole stack: N trials of equal weight shapes, trained together in one memory.
//
// The model is that of worker/trainer/model.h, dropout and data take the same decisions as every other step. Head
// counts, graphs, seeds, learning rates and dropout may differ from trial to trial. A trial's bits depend neither on
// the stack's size nor on its neighbours: no sum crosses trials, and each has one order.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "trial/settings.h"
#include "worker/stacked/trial_rows.h"

namespace headsweep::stacked {

// To be raised whenever the programs' arithmetic changes: trials resume only where it is equal.
inline constexpr int kProgramsVersion = 1;

// Rows of a bundle's flat buffers: trial n's begin at n * stride floats. In the memory of the device that computes.
struct StackBuffers {
  float* parameters;
  float* gradients;
  float* first_moments;
  float* second_moments;
  std::int64_t stride;  // a multiple of 4
};

struct StackOptions {
  // Trials that every kernel takes at once. Fewer keep more of their activations in the device's cache between kernels; on
  // an H100 the largest stack was the fastest all the same, since more blocks hide more waiting. No effect on results.
  int trials_at_once = 64;
  // Affine maps and gradients of weights round their factors to TF32 and add up in float32, on the tensor cores of GPUs
  // from compute capability 8.0 on; else all is float32.
  bool tf32 = false;
};

class StackedUpdate {
 public:
  virtual ~StackedUpdate() = default;

  // Keeps all that trial `trial` of the stack takes batches from: samples 0, 1, ... of [samples][length] each, negative
  // targets: no loss. A trial that was never given any has its samples drawn where the update runs.
  virtual void keep_samples(std::size_t trial, std::span<const std::int32_t> tokens,
                            std::span<const std::int32_t> targets) = 0;

  // Updates number step .. step + updates - 1 of the trials numbered in `active`: fills the gradients, changes the
  // rest. sample_of[updates][N][batch]: the numbers of each batch's training samples; those of trials that are not
  // active are ignored.
  // Returns [updates][N]. Every batch has a position with a loss.
  virtual std::vector<TrialOutcome> run(std::int64_t step, std::int64_t updates,
                                        std::span<const std::size_t> active,
                                        std::span<const std::uint64_t> sample_of) = 0;
};

// `settings`: one a trial, of equal weight shapes and batch; those for which why_not_stacked() has something to say must
// never be active. Borrows the buffers. The first runs the programs on the host, slowly, for tests; the second on the current CUDA device.
std::unique_ptr<StackedUpdate> make_host_stacked_update(const std::vector<trial::Settings>& settings,
                                                        const StackBuffers& buffers,
                                                        const StackOptions& options);
// Whether this build has the second.
bool has_cuda_programs();
std::unique_ptr<StackedUpdate> make_cuda_stacked_update(const std::vector<trial::Settings>& settings,
                                                        const StackBuffers& buffers,
                                                        const StackOptions& options);

}  // namespace headsweep::stacked
