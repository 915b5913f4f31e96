#include "results/ledger_columns.h"

#include "trial/ledger.h"

namespace headsweep::results {

std::vector<LedgerColumn> ledger_columns() {
  return {{"parameters_embeddings", "INTEGER"},
          {"parameters_attention", "INTEGER"},
          {"parameters_mlp", "INTEGER"},
          {"parameters_norms", "INTEGER"},
          {"planned_tokens", "INTEGER"},
          {"forward_flops", "REAL"},
          {"backward_flops", "REAL"}};
}

std::vector<Cell> ledger_cells(const trial::Settings& settings) {
  const trial::Ledger ledger = trial::ledger_of(settings);
  return {ledger.parameters.embeddings,
          ledger.parameters.attention,
          ledger.parameters.mlp,
          ledger.parameters.norms,
          ledger.tokens,
          ledger.forward_flops,
          ledger.backward_flops};
}

}  // namespace headsweep::results
