// Numbers in messages.
#pragma once

#include <cstdio>
#include <string>

namespace headsweep::graphs {

// As short as twelve significant digits allow: "0.25", "0.999999999", "nan".
inline std::string number_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.12g", value);
  return text;
}

}  // namespace headsweep::graphs
