// The Transformer of the paper (arXiv 2507.02944): causal, pre-RMSNorm, learnt positions, no final norm, no
// weight tying. This file is the definition of the model; every faster step is tested against it.
//
// For tokens s_0 .. s_{T-1}:
//   x_i = E[s_i] + Pos[i]
//   each layer:  y = R(x; g1);  q, key, v = affine maps of y;  head h owns columns h*k .. (h+1)*k - 1
//                L_h[i,j] = q_i . key_j / sqrt(k);  A_h[i,.] = softmax of L_h[i,j] over the keys j that
//                query i of head h sees;  O_h = A_h V_h
//                x += W_o concat_h(O_h) + b_o;  x += M2 max(0, M1 R(x; g2) + c1) + c2
//   logits = W_out x + b_out
// R(x; g) = g x / sqrt(mean x^2 + eps), eps = machine epsilon of the arithmetic (2^-23 or 2^-52).
// Dropout in training only: on A_h after the softmax, and on the MLP's output before it is added.
//
// Query i sees the keys j <= i, or those of its head's graph (attention_mask.h). With tied heads, q and key
// have fewer blocks of k columns than v, and head h reads block model.query_key_block(h). With talking heads
// the softmax is that of L'_g = sum_h P[g,h] L_h.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "trial/settings.h"

namespace headsweep::trainer {

struct LayerWeights {
  at::Tensor query_weight, query_bias;      // (blocks * k, width), (blocks * k); blocks = heads unless tied
  at::Tensor key_weight, key_bias;          // the same
  at::Tensor value_weight, value_bias;      // (heads * k, width), (heads * k)
  at::Tensor output_weight, output_bias;    // (width, heads * k), (width)
  at::Tensor talking;                       // P: (heads, heads); undefined without talking heads
  at::Tensor attention_gain;                // (width)
  at::Tensor mlp_in_weight, mlp_in_bias;    // (mlp_width, width), (mlp_width); mlp_width of the layer
  at::Tensor mlp_out_weight, mlp_out_bias;  // (width, mlp_width), (width)
  at::Tensor mlp_gain;                      // (width)
};

struct ModelWeights {
  at::Tensor token_embedding;     // (vocabulary, width)
  at::Tensor position_embedding;  // (length, width)
  std::vector<LayerWeights> layers;
  at::Tensor logits_weight, logits_bias;  // (vocabulary, width), (vocabulary)
};

// The tensors of trial::parameter_layout(model), in its order, as views of one trial's flat parameters.
std::vector<at::Tensor> parameter_views(const trial::ModelSettings& model, const at::Tensor& flat);

// Dropout masks of one layer: 0 or the scale of what is kept. Undefined tensors: no dropout.
struct LayerDropout {
  at::Tensor attention;  // [batch, heads, T, T]; finite above the diagonal, where attention is zero
  at::Tensor mlp;        // [batch, T, width]
};

// What a layer's attention did before dropout, for measuring and for penalties.
struct LayerAttention {
  at::Tensor attention;  // [batch, heads, T, T], rows sum to 1
  at::Tensor values;     // [batch, heads, T, k]: V with bias
  at::Tensor outputs;    // [batch, heads, T, k]: A V, before the output projection
};

// Weights and what they mean. Holds the tensors it is given: changed values are seen by the next forward pass.
class Model {
 public:
  // `tensors`: those of trial::parameter_layout(settings.model), in its order, of one dtype and device. Of
  // `settings` the model, the diversity and, for random head graphs, the seed count.
  Model(const trial::Settings& settings, const std::vector<at::Tensor>& tensors);

  // Logits [batch, T, vocabulary] of `tokens` [batch, T] (int64, T = model.length), in the dtype and on the
  // device of the weights. `dropout`: one entry a layer, or empty: evaluation. `observed`, if given, gets one
  // entry a layer.
  [[nodiscard]] at::Tensor forward(const at::Tensor& tokens, std::span<const LayerDropout> dropout = {},
                                   std::vector<LayerAttention>* observed = nullptr) const;

  [[nodiscard]] const ModelWeights& weights() const { return weights_; }
  [[nodiscard]] at::Device device() const { return mask_.device(); }

 private:
  at::Tensor attention_block(const LayerWeights& w, const at::Tensor& x, const LayerDropout& dropout,
                             std::vector<LayerAttention>* observed) const;
  [[nodiscard]] at::Tensor query_key_heads(const at::Tensor& columns) const;

  trial::ModelSettings shapes_;
  ModelWeights weights_;
  at::Tensor mask_;  // of attention_mask()
};

// Mean cross entropy over the positions that carry a loss, as a scalar tensor. `targets` [batch, T], kNoLoss:
// none.
at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& targets);

// How many loss positions have their target as the largest logit, and how many loss positions there are: an
// int64 tensor of two on the logits' device.
at::Tensor count_correct(const at::Tensor& logits, const at::Tensor& targets);

}  // namespace headsweep::trainer
