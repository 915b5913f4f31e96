#include "results/sql_text.h"

namespace headsweep::results {
namespace {

std::string quoted(std::string_view text, char quote) {
  std::string result(1, quote);
  for (const char c : text) {
    if (c == quote) result += quote;
    result += c;
  }
  return result + quote;
}

}  // namespace

std::string join(std::span<const std::string> parts, std::string_view separator) {
  std::string result;
  for (const std::string& part : parts) {
    if (&part != parts.data()) result += separator;
    result += part;
  }
  return result;
}

std::string quote_text(std::string_view text) {
  return quoted(text, '\'');
}

std::string quote_name(std::string_view name) {
  return quoted(name, '"');
}

}  // namespace headsweep::results
