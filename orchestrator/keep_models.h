// Which trials' final weights are written to STORE.d/models/ ([measure] keep).
#pragma once

#include <cstdint>

#include "trial/settings.h"

namespace headsweep::orchestrator {

// Weights are float32; "auto" keeps all of them while they stay under this.
inline constexpr double kBytesPerParameter = 4;
inline constexpr double kAutoKeepBytes = 1e9;

class KeepModels {
 public:
  // `trials`: of the whole sweep; `parameters`: of each; `first_seed`: the seed kept where not all are.
  KeepModels(std::int64_t trials, std::int64_t parameters, std::uint32_t first_seed);

  // all: yes; none: no; auto: all while they stay under kAutoKeepBytes, else the first seed of each arm.
  [[nodiscard]] bool keep(const trial::Settings& settings) const;

 private:
  bool all_fit_;
  std::uint32_t first_seed_;
};

}  // namespace headsweep::orchestrator
