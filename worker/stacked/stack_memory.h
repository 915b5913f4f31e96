// The activations and other numbers of a stack beside its flat buffers, in the memory of the device that computes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "worker/stacked/cross_entropy.h"
#include "worker/stacked/dropout_bits.h"
#include "worker/stacked/stack_plan.h"

namespace headsweep::stacked {

// What the backward pass needs of a layer, and the gradients that it leaves for those of the weights, which run beside
// it and may come later.
template <class Runtime>
struct LayerMemory {
  typename Runtime::template Buffer<float> attention_normed;       // [rows][width]
  typename Runtime::template Buffer<float> attention_inverse_rms;  // [rows]
  typename Runtime::template Buffer<float> projected;              // [rows][projection columns]
  typename Runtime::template Buffer<float> log_denominators;       // [batch][heads][length]
  typename Runtime::template Buffer<float> attended;               // [rows][value columns]
  typename Runtime::template Buffer<float> mlp_normed;
  typename Runtime::template Buffer<float> mlp_inverse_rms;
  typename Runtime::template Buffer<float> hidden;    // [rows][MLP columns]
  typename Runtime::template Buffer<float> dropped;   // [rows][width]: of the MLP's output, before dropout
  typename Runtime::template Buffer<float> d_hidden;  // [rows][MLP columns]
  typename Runtime::template Buffer<float>
      d_middle;  // [rows][width]: of the stream between attention and MLP
  typename Runtime::template Buffer<float> d_projected;  // [rows][projection columns]

  LayerMemory(const StackPlan& plan, const LayerPlan& layer, std::int64_t most_heads, std::size_t trials)
      : attention_normed(trials, std::int64_t{plan.rows} * plan.width),
        attention_inverse_rms(trials, plan.rows),
        projected(trials, std::int64_t{plan.rows} * layer.projection.out_columns),
        log_denominators(trials, std::int64_t{plan.rows} * most_heads),
        attended(trials, std::int64_t{plan.rows} * layer.output.in_columns),
        mlp_normed(trials, std::int64_t{plan.rows} * plan.width),
        mlp_inverse_rms(trials, plan.rows),
        hidden(trials, std::int64_t{plan.rows} * layer.mlp_in.out_columns),
        dropped(trials, std::int64_t{plan.rows} * plan.width),
        d_hidden(trials, std::int64_t{plan.rows} * layer.mlp_in.out_columns),
        d_middle(trials, std::int64_t{plan.rows} * plan.width),
        d_projected(trials, std::int64_t{plan.rows} * layer.projection.out_columns) {}
};

template <class Runtime>
struct StackMemory {
  template <class T>
  using Buffer = typename Runtime::template Buffer<T>;

  Buffer<std::int32_t> tokens;    // [rows]
  Buffer<std::int32_t> targets;   // [rows]
  Buffer<float> packed;           // weights; the padding is zero
  Buffer<std::uint8_t> mlp_keep;  // [layers][mlp_keep_bytes]
  Buffer<float> x;                // [rows][width]: the residual stream
  std::vector<LayerMemory<Runtime>> layers;
  Buffer<float> logits;  // [rows][vocabulary]
  Buffer<RowOutcome> row_outcomes;
  Buffer<float> d_x;         // [rows][width]
  Buffer<float> d_normed;    // [rows][width]
  Buffer<float> d_attended;  // [rows][value columns]
  Buffer<float> chunks;      // [kGradientChunks][parameters]

  StackMemory(const StackPlan& plan, std::int64_t most_heads, std::size_t trials)
      : tokens(trials, plan.rows),
        targets(trials, plan.rows),
        packed(trials, plan.packed_size),
        mlp_keep(trials, static_cast<std::int64_t>(plan.layers.size()) * mlp_keep_bytes(plan)),
        x(trials, std::int64_t{plan.rows} * plan.width),
        logits(trials, std::int64_t{plan.rows} * plan.logits.out_columns),
        row_outcomes(trials, plan.rows),
        d_x(trials, std::int64_t{plan.rows} * plan.width),
        d_normed(trials, std::int64_t{plan.rows} * plan.width),
        d_attended(trials, std::int64_t{plan.rows} * plan.layers.front().output.in_columns),
        chunks(trials, kGradientChunks * plan.parameters) {
    for (const LayerPlan& layer : plan.layers) layers.emplace_back(plan, layer, most_heads, trials);
  }

  static int mlp_keep_bytes(const StackPlan& plan) {
    return round_up(divide_up(plan.rows * plan.width, 8), 4);
  }
};

}  // namespace headsweep::stacked
