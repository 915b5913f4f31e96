// The files of page/ and Plotly.js, as the build put them into the program.
#pragma once

#include <string_view>

namespace headsweep::report {

std::string_view page_template();  // page/report.html
std::string_view page_style();     // page/style.css
std::string_view page_script();    // the scripts of page/, one after another
std::string_view plotly_script();  // plotly.min.js

}  // namespace headsweep::report
