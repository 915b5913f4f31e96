// Weights that PyTorch wrote: `torch.save(model.state_dict(), file)` of the reference architecture (names and
// order: trial/parameters.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
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

// The same from the bytes of a file, which messages do not name.
StateDict parse_state_dict(std::span<const std::byte> archive, std::optional<std::int64_t> heads);

}  // namespace headsweep::trainer
