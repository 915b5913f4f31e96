// What a trial costs, as far as its settings say: the ledger by which arms are fairly compared.
#pragma once

#include <cstdint>

#include "trial/parameters.h"
#include "trial/settings.h"

namespace headsweep::trial {

// `tokens` and operations of the whole training, in steps of equal batches.
struct Ledger {
  ParameterCount parameters;
  std::int64_t steps;
  std::int64_t tokens;  // steps * batch * length
  double forward_flops;
  double backward_flops;

  [[nodiscard]] double flops() const { return forward_flops + backward_flops; }
};

// Requires checked settings.
Ledger ledger_of(const Settings& settings);

}  // namespace headsweep::trial
