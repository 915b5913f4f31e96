// Text that has to stay on one line.
#pragma once

#include <string_view>

namespace headsweep::sweep {

// C0 and C1 control characters and DEL. `text` is valid UTF-8.
inline bool has_control_characters(std::string_view text) {
  unsigned char before = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || (before == 0xc2 && byte < 0xa0)) return true;
    before = byte;
  }
  return false;
}

}  // namespace headsweep::sweep
