#include "orchestrator/keep_models.h"

namespace headsweep::orchestrator {

KeepModels::KeepModels(std::int64_t trials, std::int64_t parameters, std::uint32_t first_seed)
    : all_fit_(static_cast<double>(trials) * static_cast<double>(parameters) * kBytesPerParameter <
               kAutoKeepBytes),
      first_seed_(first_seed) {}

bool KeepModels::keep(const trial::Settings& settings) const {
  if (settings.measure.keep == "all") return true;
  if (settings.measure.keep == "none") return false;
  return all_fit_ || settings.seed == first_seed_;
}

}  // namespace headsweep::orchestrator
