// Files as torch.save(state_dict) writes them, for tests.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "trial/settings.h"

namespace headsweep::trainer {

// A zip archive that stores these entries uncompressed.
std::vector<std::byte> write_stored_zip(const std::vector<std::pair<std::string, std::string>>& entries);

// One tensor of a state_dict, row-major.
struct WrittenTensor {
  std::string name;
  std::vector<std::int64_t> sizes;
  std::vector<float> elements;
};

// The entries of the archive of `tensors`: pickle, byte order, data.
std::vector<std::pair<std::string, std::string>> state_dict_entries(
    const std::vector<WrittenTensor>& tensors);

// The tensors of a model with the given flat parameters.
std::vector<WrittenTensor> written_tensors(const trial::ModelSettings& model,
                                           const std::vector<float>& parameters);

}  // namespace headsweep::trainer
