// The Transformer of the paper (arXiv 2507.02944): causal, pre-RMSNorm, learnt positions, no final norm, no
// weight tying. This file is the definition of the model; every faster step is tested against it.
//
// For tokens s_0 .. s_{T-1}:
//   x_i = E[s_i] + Pos[i]
//   each layer:  y = R(x; g1);  q, key, v = affine maps of y;  head h owns columns h*k .. (h+1)*k - 1
//                A_h[i,j] = softmax over j <= i of q_i . key_j / sqrt(k);  O_h = A_h V_h
//                x += W_o concat_h(O_h) + b_o;  x += M2 max(0, M1 R(x; g2) + c1) + c2
//   logits = W_out x + b_out
// R(x; g) = g x / sqrt(mean x^2 + eps), eps = machine epsilon of the arithmetic: float32 2^-23, float64
// 2^-52.
// Dropout in training only: on A_h after the softmax, and on the MLP's output before it is added.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "trial/settings.h"

namespace headsweep::trainer {

struct LayerWeights {
  at::Tensor query_weight, query_bias;      // (heads * k, width), (heads * k)
  at::Tensor key_weight, key_bias;          // the same
  at::Tensor value_weight, value_bias;      // the same
  at::Tensor output_weight, output_bias;    // (width, heads * k), (width)
  at::Tensor attention_gain;                // (width)
  at::Tensor mlp_in_weight, mlp_in_bias;    // (mlp_width, width), (mlp_width)
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

// The same tensors by their roles. `tensors` in the order of the layout.
ModelWeights model_weights(const trial::ModelSettings& model, const std::vector<at::Tensor>& tensors);

// Dropout masks of one layer: 0 or the scale of what is kept. Undefined tensors: no dropout.
struct LayerDropout {
  at::Tensor attention;  // [batch, heads, T, T]; finite above the diagonal, where attention is zero
  at::Tensor mlp;        // [batch, T, width]
};

// What a layer's attention did, for measuring.
struct LayerAttention {
  at::Tensor attention;  // [batch, heads, T, T], rows sum to 1
  at::Tensor values;     // [batch, heads, T, k]: V with bias
  at::Tensor outputs;    // [batch, heads, T, k]: A V, before the output projection
};

// Logits [batch, T, vocabulary] of `tokens` [batch, T] (int64, T = model.length), in the dtype and on the
// device of the weights. `dropout`: one entry a layer, or empty: evaluation. `observed`, if given, gets one
// entry a layer.
at::Tensor forward(const trial::ModelSettings& model, const ModelWeights& weights, const at::Tensor& tokens,
                   std::span<const LayerDropout> dropout = {},
                   std::vector<LayerAttention>* observed = nullptr);

// Mean cross entropy over the positions that carry a loss, as a scalar tensor. `targets` [batch, T], kNoLoss:
// none.
at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& targets);

// How many loss positions have their target as the largest logit, and how many loss positions there are: an
// int64 tensor of two on the logits' device.
at::Tensor count_correct(const at::Tensor& logits, const at::Tensor& targets);

}  // namespace headsweep::trainer
