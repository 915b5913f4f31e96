// Which trials cost the same.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "trial/settings.h"
#include "trial/stacking.h"

namespace headsweep::trial {

// What decides how long training and measuring a trial take on a given machine, as far as its settings say. Trials of one
// kind differ in seed, learning rate and task.
struct CostKind {
  StackShape shape;
  std::int64_t heads;
  std::int64_t tied_heads;
  bool dropout;
  std::string penalty;
  std::string graph;
  std::int64_t permuted_draws;
  bool sequence_metrics;
  bool node_fidelity;

  auto operator<=>(const CostKind&) const = default;
};

// Requires checked settings.
CostKind cost_kind(const Settings& settings);

}  // namespace headsweep::trial
