// The weights of a trial that a run kept, ready for arithmetic.
#pragma once

#include <string>

#include <ATen/core/Tensor.h>

#include "trial/settings.h"

namespace headsweep::trainer {

struct KeptModel {
  trial::Settings settings;
  at::Tensor parameters;  // [P], in the arithmetic that it was trained in, on the CPU
};

// Throws UserError if the file is damaged or is no model kept under its own key.
KeptModel read_kept_model(const std::string& path);

}  // namespace headsweep::trainer
