// The ledger of a trial as columns of the store: what it costs, as planned.
#pragma once

#include <string>
#include <vector>

#include "results/table.h"
#include "trial/settings.h"

namespace headsweep::results {

struct LedgerColumn {
  std::string name;
  std::string type;
};

// parameters_embeddings, parameters_attention, parameters_mlp, parameters_norms (of the whole model), planned_tokens,
// forward_flops, backward_flops (of the whole training).
std::vector<LedgerColumn> ledger_columns();

// In their order. Requires checked settings.
std::vector<Cell> ledger_cells(const trial::Settings& settings);

}  // namespace headsweep::results
