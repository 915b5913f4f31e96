// The end of a log file, for the record of a failed attempt.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace headsweep::agent {

inline constexpr std::size_t kLogTailLines = 50;
inline constexpr std::size_t kLogTailBytes = 16'384;

// The last kLogTailLines lines, at most kLogTailBytes bytes, without a final newline; "" if there is no such
// file. Control characters other than newline and tab become '?'.
std::string log_tail(const std::filesystem::path& file);

// The same of two files, the second after the first.
std::string log_tail(const std::filesystem::path& first, const std::filesystem::path& second);

// The last line of log_tail() that is not blank, or "".
std::string last_line(const std::filesystem::path& file);

}  // namespace headsweep::agent
