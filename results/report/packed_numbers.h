// Many numbers in little room: little-endian 32-bit floats in base64, as the page's script reads them.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace headsweep::report {

// Base64 of `values` rounded to 32 bits; NaN stands for what is absent. 5.3 characters a number, 7 digits.
std::string pack_reals(std::span<const double> values);

// Base64 of bytes.
std::string pack_bytes(std::span<const unsigned char> bytes);

// Characters that pack_reals() makes of `count` numbers.
std::size_t packed_size(std::size_t count);

}  // namespace headsweep::report
