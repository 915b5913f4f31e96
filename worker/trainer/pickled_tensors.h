// The pickle inside a PyTorch state_dict file: names and places of its tensors.
//
// A pickle is a program. This reader runs the few opcodes of protocol 2 that torch.save() writes for a
// dictionary of tensors and refuses everything else; it can name OrderedDict, tensor rebuilding and storages,
// and calls nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace headsweep::trainer {

// Where a tensor lies: in storage `storage_key` (archive entry data/<key>) from element `offset`.
struct PickledTensor {
  std::string storage_type;  // "FloatStorage"
  std::string storage_key;
  std::int64_t storage_elements;
  std::int64_t offset;
  std::vector<std::int64_t> sizes;
  std::vector<std::int64_t> strides;  // in elements
};

// The tensors of the dictionary, in its order; entries that are no tensors are left out. Throws UserError
// with what is wrong.
std::vector<std::pair<std::string, PickledTensor>> read_pickled_tensors(std::span<const std::byte> pickle);

}  // namespace headsweep::trainer
