// Whole numbers in as few bytes as they need: seven bits a byte, the lowest first, the eighth bit set while more follow.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace headsweep::results {

inline void append_varint(std::string& bytes, std::uint64_t value) {
  while (value > 0x7f) {
    bytes += static_cast<char>((value & 0x7f) | 0x80);
    value >>= 7;
  }
  bytes += static_cast<char>(value);
}

// From the front of `bytes`; false: they are none.
inline bool take_varint(std::string_view& bytes, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

}  // namespace headsweep::results
