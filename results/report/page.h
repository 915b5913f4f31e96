// The page around the report's document: one HTML file that holds its styles, scripts and numbers and asks for nothing
// else.
#pragma once

#include <iosfwd>
#include <string>

#include "results/report/json.h"

namespace headsweep::report {

// The template of page/report.html with everything in its place. `title` is plain text.
std::string page(const std::string& title, const Json& document);

}  // namespace headsweep::report
