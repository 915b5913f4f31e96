#include "trial/cost_kind.h"

namespace headsweep::trial {

CostKind cost_kind(const Settings& settings) {
  return {.shape = stack_shape(settings),
          .heads = settings.model.heads,
          .tied_heads = settings.model.tied_head_count(),
          .dropout = settings.model.dropout > 0,
          .penalty = settings.diversity.penalty_weight == 0 ? "none" : settings.diversity.penalty,
          .graph = settings.diversity.graph,
          .permuted_draws = settings.measure.permuted_draws,
          .sequence_metrics = settings.measure.sequence_metrics,
          .node_fidelity = settings.measure.node_fidelity};
}

}  // namespace headsweep::trial
