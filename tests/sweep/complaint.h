// What the reader and the planner say about bad sweeps.
#pragma once

#include <string>
#include <vector>

#include "errors/user_error.h"
#include "sweep/plan.h"
#include "sweep/sweep_file.h"

namespace headsweep::sweep {

// The message of the UserError that `act` throws; "accepted" if it throws nothing.
std::string complaint_of(auto act) {
  try {
    act();
    return "accepted";
  } catch (const UserError& error) {
    return error.what();
  }
}

// About a file "s.toml" of that text.
inline std::string complaint_about(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return complaint_of([&] { parse_sweep(text, "s.toml", overrides); });
}

inline Sweep parse(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return parse_sweep(text, "s.toml", overrides);
}

}  // namespace headsweep::sweep
