// The form of every complaint about a sweep: one line that begins with the place.
#pragma once

#include <string_view>

namespace headsweep::sweep {

// Throws UserError "PLACE: PROBLEM" ("PROBLEM" if the place is empty) on one line: control characters escaped, cut after 1,000 bytes.
[[noreturn]] void refuse(std::string_view place, std::string_view problem);

}  // namespace headsweep::sweep
