// Which trials may be trained as one bundle.
#pragma once

#include <compare>
#include <cstdint>

#include "trial/settings.h"

namespace headsweep::trial {

// Trials with equal stack shapes have the same parameter layout (names, shapes and places of every tensor, see
// parameters.h) and take the same steps: equal batches, as many updates, measurements after the same ones. Everything
// else may differ: head counts of equal total width, head graphs, dropout, penalties, tasks, learning rates, seeds.
struct StackShape {
  std::int64_t vocabulary;
  std::int64_t length;
  std::int64_t width;
  std::int64_t layers;
  std::int64_t query_key_width;
  std::int64_t attention_width;
  std::int64_t mlp_width;
  std::int64_t wider_mlps;
  std::int64_t mixed_heads;  // rows of the talking-heads matrix; 0 without
  std::int64_t batch;
  std::int64_t steps;
  std::int64_t measured_sequences;
  std::int64_t measured_every;
  std::int64_t horizon;

  auto operator<=>(const StackShape&) const = default;
};

// Requires checked settings.
StackShape stack_shape(const Settings& settings);

// Whether two trials may share a bundle: equal stack shapes.
bool may_stack(const Settings& a, const Settings& b);

}  // namespace headsweep::trial
