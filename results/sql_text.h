// Building blocks of SQL text.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace headsweep::results {

// "a, b, c"
std::string join(std::span<const std::string> parts, std::string_view separator);

// 'text', quotes doubled.
std::string quote_text(std::string_view text);

// "name", quotes doubled.
std::string quote_name(std::string_view name);

}  // namespace headsweep::results
