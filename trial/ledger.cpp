#include "trial/ledger.h"

namespace headsweep::trial {

Ledger ledger_of(const Settings& settings) {
  const std::int64_t sequences = settings.training.steps * settings.training.batch;
  return {.parameters = count_parameters(settings.model),
          .steps = settings.training.steps,
          .tokens = sequences * settings.model.length,
          .forward_flops = static_cast<double>(sequences) * forward_flops_per_sequence(settings.model),
          .backward_flops = static_cast<double>(sequences) * backward_flops_per_sequence(settings.model)};
}

}  // namespace headsweep::trial
