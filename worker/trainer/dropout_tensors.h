// The dropout masks of a training step as tensors (dropout_mask.h says how they are drawn).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "trial/settings.h"
#include "worker/trainer/dropout_mask.h"
#include "worker/trainer/model.h"
#include "worker/trainer/row_range.h"

namespace headsweep::trainer {

// Owns the memory of one step's masks and fills it anew for every step.
class DropoutTensors {
 public:
  // For those rows of the batches of trials of the shapes and dropout of `settings`.
  DropoutTensors(const trial::Settings& settings, const RowRange& rows, at::ScalarType dtype,
                 at::Device device);

  // The rows' masks of update `step` of a trial, one entry a layer; empty without dropout. Valid until the
  // next call.
  std::span<const LayerDropout> masks(const trial::Settings& settings, std::int64_t step);

 private:
  template <class T>
  void fill_layer(const DropoutPlace& place, std::size_t layer) const;

  DropoutRule rule_;
  RowRange rows_;
  bool on_cpu_;
  std::vector<LayerDropout> layers_;
  std::int64_t first_mlp_block_ = 0;  // of 8 elements, in the whole batch
  std::vector<at::Tensor>
      mlp_blocks_;  // a layer's masks from that block on, which begins at or before the rows
};

// The same masks by plain tensor arithmetic, on any device: [rows, heads, T, T] and [rows, T, width].
// Unlike dropout_mask.h it fills the part above the diagonal too.
at::Tensor attention_mask_by_tensors(const trial::Settings& settings, const RowRange& rows,
                                     const DropoutPlace& place, const at::TensorOptions& options);
at::Tensor mlp_mask_by_tensors(const trial::Settings& settings, const RowRange& rows,
                               const DropoutPlace& place, const at::TensorOptions& options);

}  // namespace headsweep::trainer
