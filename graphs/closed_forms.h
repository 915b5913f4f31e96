// Formulas for whole families: what a measurement must give, without walking.
#pragma once

#include <cstdint>
#include <vector>

#include "graphs/families.h"
#include "metrics/metric.h"

namespace headsweep::graphs {

struct ClosedForm {
  metrics::Metric metric;
  double value;  // +infinity where the walk need not end
};

// Those that are known: line, full, star and layered graphs, windows of width 1, 2 (a line) and n (full); empty for
// other graphs and for n = 1. Fidelity without a horizon. Derivations: docs/graph.md.
std::vector<ClosedForm> closed_forms(const FamilySpec& spec, std::int64_t n);

}  // namespace headsweep::graphs
