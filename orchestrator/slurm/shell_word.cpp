#include "orchestrator/slurm/shell_word.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "errors/check.h"

namespace headsweep::slurm {
namespace {

bool is_printable_ascii(char c) {
  return c >= 0x20 && c < 0x7f;
}

void require_one_line(std::string_view text) {
  check(text.find('\n') == std::string_view::npos && text.find('\0') == std::string_view::npos,
        "a word of a script with a newline or NUL");
}

std::string escaped(std::string_view text, std::string_view special) {
  std::string word;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) word += '\\';
    word += c;
  }
  return word;
}

// Bash's ANSI-C quoting: \xHH takes two digits at most.
std::string ansi_quoted(std::string_view text) {
  std::string word = "$'";
  for (const char c : text) {
    if (is_printable_ascii(c)) {
      word += escaped({&c, 1}, "'\\");
      continue;
    }
    std::array<char, 5> code{};
    std::snprintf(code.data(), code.size(), "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    word += code.data();
  }
  return word + "'";
}

}  // namespace

std::string shell_word(std::string_view text) {
  require_one_line(text);
  if (!std::ranges::all_of(text, is_printable_ascii)) return ansi_quoted(text);
  return "\"" + escaped(text, "\\\"$`") + "\"";
}

std::string directive_word(std::string_view text) {
  require_one_line(text);
  return "\"" + escaped(text, "\\\"") + "\"";
}

}  // namespace headsweep::slurm
