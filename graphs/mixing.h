// Mixing times to the end of a walk: steps until it has been absorbed with a given probability.
//
// The walk's end is absorbing, so the distance of the walk's distribution from "all mass at the end" is the probability
// of not being absorbed: s in total variation, 2 s in the L1 norm. Sources: arXiv 2502.06751, arXiv 2507.02944.
#pragma once

#include <cstdint>

#include "graphs/causal_graph.h"
#include "graphs/hitting.h"

namespace headsweep::graphs {

enum class Norm : std::uint8_t { kTotalVariation, kL1 };

// When a walk counts as mixed. Default: total variation distance at most 1/4.
struct MixingRule {
  Norm norm = Norm::kTotalVariation;
  double epsilon = 0.25;
  bool strict = false;  // distance below epsilon instead of at most

  // The largest allowed probability of not being absorbed.
  [[nodiscard]] double most_survival() const { return norm == Norm::kL1 ? epsilon / 2 : epsilon; }
  [[nodiscard]] bool reached(double survival) const {
    return strict ? survival < most_survival() : survival <= most_survival();
  }
};

// Throws UserError unless 0 < epsilon < 1 (tv) or 2 (l1).
void check_rule(const MixingRule& rule);

// Smallest t >= 1, in steps. +infinity where not reached within the step limit; NaN for n = 1.
struct MixingTimes {
  double worst;          // from the worst start: the mixing time
  double mean;           // mean over all starts; the walk's end itself counts 1
  double mean_inner;     // mean over the other starts
  double uniform;        // of the walk from a uniform start over all positions
  double uniform_inner;  // over all but the walk's end
  double survival;       // probability of not being absorbed at the last step taken, from the worst start
  double crossing;  // where the worst survival crosses the limit, interpolated between worst - 1 and worst
  bool censored;    // `worst` was not reached: above the step limit, or the walk need not end

  static MixingTimes never(std::int64_t n);  // of a walk that need not end
};

// At most `most_steps` >= 1 steps are taken, each visits every edge once.
MixingTimes mixing_times(const CausalGraph& graph, Direction direction, const MixingRule& rule,
                         std::int64_t most_steps);

}  // namespace headsweep::graphs
