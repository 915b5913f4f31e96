#include "sweep/refuse.h"

#include <string>

#include "errors/user_error.h"

namespace headsweep::sweep {
namespace {

constexpr std::size_t kMaxMessageBytes = 1000;
constexpr std::size_t kMaxPlaceBytes = 300;  // so that a long path cannot push the problem out

void append_escaped(std::string& line, unsigned char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  ((line += "\\x") += kDigits[c >> 4]) += kDigits[c & 15];
}

}  // namespace

void refuse(std::string_view place, std::string_view problem) {
  std::string line;
  const std::string prefix = place.empty() ? "" : std::string(place.substr(0, kMaxPlaceBytes)) + ": ";
  for (const char c : prefix + std::string(problem)) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') {
      append_escaped(line, static_cast<unsigned char>(c));
    } else {
      line += c;
    }
  }
  if (line.size() > kMaxMessageBytes) line = line.substr(0, kMaxMessageBytes) + "...";
  throw UserError(line);
}

}  // namespace headsweep::sweep
