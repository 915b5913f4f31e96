#include "worker/fused/sequence_pass.h"

#include <algorithm>
#include <cstring>

#include "worker/fused/product.h"
#include "worker/fused/rms_norm.h"

namespace headsweep::fused {
namespace {

void copy_row(const float* from, float* to, std::size_t count) {
  std::memcpy(to, from, count * sizeof(float));
}

std::size_t widest(const ModelLayout& layout) {
  std::size_t columns = 0;
  for (const LinearLayout* const map : layout.linear_maps())
    columns = std::max({columns, map->out, padded(map->in)});
  return columns;
}

}  // namespace

SequencePass::Layer::Layer(const LayerLayout& places, const AttentionShape& shape, std::size_t width,
                           const DropoutRule& rule)
    : input(shape.padded_length() * padded(width)),
      attention_normed(input.size()),
      attention_inverse_rms(shape.padded_length()),
      projected(shape.padded_length() * shape.projected_columns()),
      attention(shape, rule.threshold > 0, rule.scale),
      attended(shape.padded_length() * shape.value_columns),
      middle(input.size()),
      mlp_normed(input.size()),
      mlp_inverse_rms(shape.padded_length()),
      hidden(shape.padded_length() * places.mlp_in.out),
      mlp_keep(rule.threshold > 0 ? element_bit_bytes(7, shape.length * width) : 0) {}

SequencePass::SequencePass(const ModelLayout& layout, const DropoutRule& rule)
    : layout_(layout),
      rule_(rule),
      length_(layout.attention.length),
      width_(layout.token_embedding.columns),
      scratch_(layout.attention),
      final_(layout.attention.padded_length() * padded(width_)),
      gathered_(final_.size()),
      logits_(layout.attention.padded_length() * layout.logits.out),
      d_residual_(final_.size()),
      d_normed_(final_.size()),
      d_wide_(layout.attention.padded_length() * widest(layout)),
      d_attended_(layout.attention.padded_length() * layout.attention.value_columns),
      mlp_output_(final_.size()) {
  for (const LayerLayout& places : layout.layers)
    layers_.emplace_back(places, layout.attention, width_, rule);
}

CrossEntropy SequencePass::run(const TrainingSequence& sequence, const VisibleKeys& visible,
                               DropoutPlace place, float loss_scale, const float* weights, float* gradients) {
  visible_ = &visible;
  weights_ = weights;
  gradients_ = gradients;
  if (rule_.threshold > 0) draw_dropout(sequence, place);
  embed(sequence);
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    attention_forward_at(layer);
    mlp_forward_at(layer, sequence);
  }
  const CrossEntropy outcome = loss(sequence, loss_scale);
  for (std::size_t layer = layers_.size(); layer-- > 0;) {
    mlp_backward_at(layer, sequence);
    attention_backward_at(layer);
  }
  embedding_backward(sequence);
  return outcome;
}

void SequencePass::apply(const LinearLayout& map, std::size_t rows, const float* in, float* out,
                         bool relu) const {
  multiply({.rows = rows,
            .columns = map.out,
            .depth = map.in,
            .left = in,
            .left_stride = padded(map.in),
            .right = weights_ + map.transposed_panels,
            .right_stride = kPanel,
            .right_panel_step = padded(map.in) * kPanel,
            .out = out,
            .out_stride = map.out,
            .bias = weights_ + map.bias,
            .relu = relu});
}

void SequencePass::differentiate(const LinearLayout& map, std::size_t rows, const float* in,
                                 const float* d_out, float* d_in, const float* gate) const {
  multiply({.rows = map.out,
            .columns = padded(map.in),
            .depth = rows,
            .left = d_out,
            .left_stride = map.out,
            .left_is_transposed = true,
            .right = in,
            .right_stride = padded(map.in),
            .out = gradients_ + map.weight_gradient,
            .out_stride = padded(map.in),
            .add = true});
  add_row_sums(rows, map.out, d_out, gradients_ + map.bias_gradient);
  multiply({.rows = rows,
            .columns = padded(map.in),
            .depth = map.out,
            .left = d_out,
            .left_stride = map.out,
            .right = weights_ + map.panels,
            .right_stride = kPanel,
            .right_panel_step = map.out * kPanel,
            .out = d_in,
            .out_stride = padded(map.in),
            .gate = gate});
}

ElementBits SequencePass::mlp_bits(std::size_t layer, const TrainingSequence& sequence) const {
  return {layers_[layer].mlp_keep.data(), sequence.row * length_ * width_ % 8};
}

float* SequencePass::output_of(std::size_t layer) {
  return layer + 1 < layers_.size() ? layers_[layer + 1].input.data() : final_.data();
}

void SequencePass::draw_dropout(const TrainingSequence& sequence, DropoutPlace place) {
  const std::size_t bytes = attention_bit_bytes(length_);
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    place.layer = static_cast<std::uint32_t>(layer);
    for (std::size_t head = 0; head < layout_.attention.heads(); ++head) {
      draw_attention_bits(place, rule_.threshold, sequence.row, head, length_,
                          std::span(layers_[layer].attention.keep).subspan(head * bytes, bytes));
    }
    draw_element_bits(place, rule_.threshold, sequence.row * length_ * width_, length_ * width_,
                      layers_[layer].mlp_keep);
  }
}

void SequencePass::embed(const TrainingSequence& sequence) {
  const std::size_t stride = padded(width_);
  const float* const positions = weights_ + layout_.position_embedding.packed;
  float* const out = layers_.front().input.data();
  for (std::size_t i = 0; i < length_; ++i) {
    const auto token = static_cast<std::size_t>(sequence.tokens[i]);
    add_rows(1, width_, weights_ + layout_.token_embedding.packed + token * stride, positions + i * stride,
             out + i * stride);
  }
}

void SequencePass::attention_forward_at(std::size_t layer) {
  const LayerLayout& places = layout_.layers[layer];
  Layer& state = layers_[layer];
  rms_norm_forward(length_, width_, state.input.data(), weights_ + places.attention_gain.packed,
                   state.attention_normed.data(), state.attention_inverse_rms.data());
  apply(places.projection, length_, state.attention_normed.data(), state.projected.data());
  attention_forward(layout_.attention, *visible_, state.projected.data(), state.attention, scratch_,
                    state.attended.data());
  apply(places.output, length_, state.attended.data(), state.middle.data());
  add_rows(length_, width_, state.input.data(), state.middle.data(), state.middle.data());
}

void SequencePass::mlp_forward_at(std::size_t layer, const TrainingSequence& sequence) {
  const LayerLayout& places = layout_.layers[layer];
  Layer& state = layers_[layer];
  rms_norm_forward(length_, width_, state.middle.data(), weights_ + places.mlp_gain.packed,
                   state.mlp_normed.data(), state.mlp_inverse_rms.data());
  apply(places.mlp_in, length_, state.mlp_normed.data(), state.hidden.data(), /*relu=*/true);
  float* const out = output_of(layer);
  if (rule_.threshold == 0) {
    apply(places.mlp_out, length_, state.hidden.data(), out);
    add_rows(length_, width_, state.middle.data(), out, out);
    return;
  }
  apply(places.mlp_out, length_, state.hidden.data(), mlp_output_.data());
  copy_row(state.middle.data(), out, length_ * padded(width_));
  add_dropped_elements(length_, width_, mlp_bits(layer, sequence), rule_.scale, mlp_output_.data(), out);
}

CrossEntropy SequencePass::loss(const TrainingSequence& sequence, float loss_scale) {
  const std::size_t stride = padded(width_);
  std::vector<std::size_t> positions;
  std::vector<std::int32_t> targets;
  for (std::size_t i = 0; i < length_; ++i) {
    if (sequence.targets[i] < 0) continue;
    copy_row(final_.data() + i * stride, gathered_.data() + targets.size() * stride, stride);
    positions.push_back(i);
    targets.push_back(sequence.targets[i]);
  }
  apply(layout_.logits, targets.size(), gathered_.data(), logits_.data());
  const auto vocabulary = layout_.logits.parts.front().rows;
  const CrossEntropy outcome = cross_entropy(targets, vocabulary, loss_scale, logits_.data());
  differentiate(layout_.logits, targets.size(), gathered_.data(), logits_.data(), d_normed_.data());
  if (targets.size() < length_) d_residual_.clear();
  for (std::size_t i = 0; i < positions.size(); ++i) {
    copy_row(d_normed_.data() + i * stride, d_residual_.data() + positions[i] * stride, stride);
  }
  return outcome;
}

void SequencePass::mlp_backward_at(std::size_t layer, const TrainingSequence& sequence) {
  const LayerLayout& places = layout_.layers[layer];
  Layer& state = layers_[layer];
  const float* d_out = d_residual_.data();
  if (rule_.threshold > 0) {
    drop_elements(length_, width_, mlp_bits(layer, sequence), rule_.scale, d_residual_.data(),
                  mlp_output_.data());
    d_out = mlp_output_.data();
  }
  differentiate(places.mlp_out, length_, state.hidden.data(), d_out, d_wide_.data(),
                /*gate=*/state.hidden.data());
  differentiate(places.mlp_in, length_, state.mlp_normed.data(), d_wide_.data(), d_normed_.data());
  rms_norm_backward(length_, width_, state.middle.data(), weights_ + places.mlp_gain.packed,
                    state.mlp_inverse_rms.data(), d_normed_.data(), d_residual_.data(),
                    gradients_ + places.mlp_gain.gradient);
}

void SequencePass::attention_backward_at(std::size_t layer) {
  const LayerLayout& places = layout_.layers[layer];
  Layer& state = layers_[layer];
  differentiate(places.output, length_, state.attended.data(), d_residual_.data(), d_attended_.data());
  attention_backward(layout_.attention, *visible_, state.projected.data(), state.attended.data(),
                     state.attention, d_attended_.data(), scratch_, d_wide_.data());
  differentiate(places.projection, length_, state.attention_normed.data(), d_wide_.data(), d_normed_.data());
  rms_norm_backward(length_, width_, state.input.data(), weights_ + places.attention_gain.packed,
                    state.attention_inverse_rms.data(), d_normed_.data(), d_residual_.data(),
                    gradients_ + places.attention_gain.gradient);
}

void SequencePass::embedding_backward(const TrainingSequence& sequence) {
  const std::size_t stride = padded(width_);
  float* const positions = gradients_ + layout_.position_embedding.gradient;
  add_rows(length_, width_, positions, d_residual_.data(), positions);
  for (std::size_t i = 0; i < length_; ++i) {
    const auto token = static_cast<std::size_t>(sequence.tokens[i]);
    float* const row = gradients_ + layout_.token_embedding.gradient + token * stride;
    add_rows(1, width_, row, d_residual_.data() + i * stride, row);
  }
}

}  // namespace headsweep::fused
