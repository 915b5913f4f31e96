// Arrays of a .npz file: a zip archive of stored (uncompressed) .npy files of version 1.0 in C order.
//
// Layout read here: local headers one behind the other with their sizes in them (signature "PK\3\4", method at byte 8,
// size at 18, lengths of name and extra field at 26 and 28), then name, extra field and payload. A payload is
// "\x93NUMPY", version, the length of the header at byte 8, the header with 'descr', 'fortran_order' and 'shape', data.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace headsweep::metrics {

struct NpyArray {
  std::vector<std::int64_t> shape;
  std::vector<double> entries;  // converted from float32
};

// The float32 arrays of the file by name without ".npy"; arrays of other types are left out. Throws
// std::runtime_error if the file cannot be read or is laid out otherwise.
std::map<std::string, NpyArray> read_npz(const std::string& path);

}  // namespace headsweep::metrics
