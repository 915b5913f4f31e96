// What all trials of a trainer share.
#pragma once

#include <cstdint>
#include <string>

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

namespace headsweep::trainer {

struct TrainerContext {
  c10::Device device = c10::kCPU;
  std::int64_t threads = 1;
  c10::ScalarType dtype = c10::kFloat;
  std::string step = "auto";  // asked for: auto, eager, fused (step_choice.h)
  bool tf32 = false;          // of the fused step on a GPU: affine maps on tensor cores
  std::int64_t members = 1;   // workers that train one trial together: a gang
};

}  // namespace headsweep::trainer
