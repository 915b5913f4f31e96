// Forward and backward of one sequence through the whole model, in one thread's memory.
//
// A sequence of the paper's model needs about 1 MB from the embedding to its last gradient: it goes through all
// layers and back before the next one begins, so that activations come from cache and nothing of a batch's size is
// ever stored.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "worker/fused/cross_entropy.h"
#include "worker/fused/dropout_bits.h"
#include "worker/fused/model_layout.h"
#include "worker/fused/row_sums.h"

namespace headsweep::fused {

// How dropout decides (worker/trainer/dropout_mask.h): an element is kept iff its 16 bits are >= threshold.
struct DropoutRule {
  std::uint32_t threshold = 0;  // of 65536; 0: no dropout
  float scale = 1;              // of what is kept
};

struct TrainingSequence {
  std::size_t row;  // in the batch: the place of its dropout decisions
  std::span<const std::int32_t> tokens;
  std::span<const std::int32_t> targets;  // negative: no loss at that position
};

class SequencePass {
 public:
  // Borrows `layout`.
  SequencePass(const ModelLayout& layout, const DropoutRule& rule);

  // Adds the gradients of `loss_scale` times the sequence's summed loss to `gradients`. `weights` and `gradients` are
  // laid out by the layout; place.layer means nothing. One thread at a time.
  CrossEntropy run(const TrainingSequence& sequence, const VisibleKeys& visible, DropoutPlace place,
                   float loss_scale, const float* weights, float* gradients);

 private:
  // What a layer's backward pass needs of its forward pass; [padded length][padded width] unless said otherwise.
  struct Layer {
    Layer(const LayerLayout& places, const AttentionShape& shape, std::size_t width, const DropoutRule& rule);

    AlignedFloats input;
    AlignedFloats attention_normed;
    AlignedFloats attention_inverse_rms;  // [padded length]
    AlignedFloats projected;              // queries, keys, values
    AttentionRecord attention;
    AlignedFloats attended;
    AlignedFloats middle;  // input + attention
    AlignedFloats mlp_normed;
    AlignedFloats mlp_inverse_rms;  // [padded length]
    AlignedFloats hidden;
    std::vector<std::uint8_t> mlp_keep;
  };

  void embed(const TrainingSequence& sequence);
  void draw_dropout(const TrainingSequence& sequence, DropoutPlace place);
  void attention_forward_at(std::size_t layer);
  void mlp_forward_at(std::size_t layer, const TrainingSequence& sequence);
  CrossEntropy loss(const TrainingSequence& sequence, float loss_scale);
  void mlp_backward_at(std::size_t layer, const TrainingSequence& sequence);
  void attention_backward_at(std::size_t layer);
  void embedding_backward(const TrainingSequence& sequence);

  void apply(const LinearLayout& map, std::size_t rows, const float* in, float* out, bool relu = false) const;
  // Adds the gradients of the map's weight and bias; d_in = d_out W, where `gate` (if given) is positive.
  void differentiate(const LinearLayout& map, std::size_t rows, const float* in, const float* d_out,
                     float* d_in, const float* gate = nullptr) const;

  [[nodiscard]] ElementBits mlp_bits(std::size_t layer, const TrainingSequence& sequence) const;
  [[nodiscard]] float* output_of(std::size_t layer);

  const ModelLayout& layout_;
  DropoutRule rule_;
  std::size_t length_;
  std::size_t width_;
  std::vector<Layer> layers_;
  AttentionScratch scratch_;
  AlignedFloats final_;
  AlignedFloats gathered_;  // final_ at the loss positions
  AlignedFloats logits_;
  AlignedFloats d_residual_;
  AlignedFloats d_normed_;
  AlignedFloats d_wide_;  // gradient of a layer's widest inner activation
  AlignedFloats
      d_attended_;  // its own: rows behind the sequence stay zero, as the attention kernel wants them
  AlignedFloats mlp_output_;  // before dropout; on the way back its gradient
  const VisibleKeys* visible_ = nullptr;
  const float* weights_ = nullptr;
  float* gradients_ = nullptr;
};

}  // namespace headsweep::fused
