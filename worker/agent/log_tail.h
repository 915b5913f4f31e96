// The end of a log file, for the record of a failed attempt.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace headsweep::agent {

inline constexpr std::size_t kLogTailLines = 50;
inline constexpr std::size_t kLogTailBytes = 16'384;

// The last kLogTailLines lines, at most kLogTailBytes bytes, without a final newline; "" if there is no such
// file. Whatever is no printable ASCII or UTF-8 lead or continuation byte, nor a newline or tab, becomes '?'.
std::string log_tail(const std::filesystem::path& file);

}  // namespace headsweep::agent
