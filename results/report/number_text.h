// Numbers in sentences.
#pragma once

#include <string>

namespace headsweep::report {

// Three digits, without an exponent where people do not need one: "0.0312", "12.3", "4,230", "1.2e-07".
std::string number_text(double value);

// A fraction as percentage points with its sign: "+3.2", "-0.4".
std::string signed_points(double fraction);

}  // namespace headsweep::report
