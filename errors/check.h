// Broken invariants: bugs of this program, never bad input. check() ends the process with the place.
#pragma once

#include <source_location>
#include <string_view>

namespace headsweep {

[[noreturn]] void fail_check(std::string_view what, const std::source_location& where);

// Ends the process by abort() with `what` and the caller's file and line on stderr unless `holds`.
inline void check(bool holds, std::string_view what,
                  const std::source_location& where = std::source_location::current()) {
  if (!holds) fail_check(what, where);
}

}  // namespace headsweep
