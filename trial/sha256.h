// SHA-256 (OpenSSL).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace headsweep::trial {

// 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);
std::string sha256_hex(std::span<const std::byte> bytes);

}  // namespace headsweep::trial
