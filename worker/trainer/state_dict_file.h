// Weights that PyTorch wrote: `torch.save(model.state_dict(), file)` of the reference architecture (names and
// order: trial/parameters.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "trial/settings.h"

namespace headsweep::trainer {

struct StateDict {
  trial::ModelSettings model;      // shapes as the tensors have them, `heads` as given; dropout is not known
  std::vector<double> parameters;  // in the order of trial::parameter_layout(model); float32 values are exact
};

// The file does not say how many heads there are: `heads` does, and unset is an error, after those of the
// file. Everything is checked: archive, checksums, names, shapes, element types (float32, float64), places.
// Throws UserError.
StateDict read_state_dict_file(const std::filesystem::path& path, std::optional<std::int64_t> heads);

}  // namespace headsweep::trainer
