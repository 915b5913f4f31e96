#include "cli/whole_number.h"

#include <charconv>

#include <CLI/CLI.hpp>

namespace headsweep::cli {

CLI::Validator whole_number(std::int64_t minimum, std::int64_t maximum, const std::string& other_word) {
  std::string allowed = maximum == kNoLimit
                            ? "an integer of at least " + std::to_string(minimum)
                            : "an integer from " + std::to_string(minimum) + " to " + std::to_string(maximum);
  if (!other_word.empty()) allowed += " or '" + other_word + "'";
  const auto check = [=](std::string& text) -> std::string {
    if (!other_word.empty() && text == other_word) return "";
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_whole = error == std::errc() && end == text.data() + text.size();
    return is_whole && number >= minimum && number <= maximum ? ""
                                                              : "must be " + allowed + ", not '" + text + "'";
  };
  return CLI::Validator(check, "");
}

}  // namespace headsweep::cli
