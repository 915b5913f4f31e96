#include "results/report/page_files.h"

// Labels of page_files.S.
extern "C" {
extern const char headsweep_page_template[];
extern const char headsweep_page_template_end[];
extern const char headsweep_page_style[];
extern const char headsweep_page_style_end[];
extern const char headsweep_page_script[];
extern const char headsweep_page_script_end[];
extern const char headsweep_plotly_script[];
extern const char headsweep_plotly_script_end[];
}

namespace headsweep::report {
namespace {

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

std::string_view page_template() {
  return between(headsweep_page_template, headsweep_page_template_end);
}

std::string_view page_style() {
  return between(headsweep_page_style, headsweep_page_style_end);
}

std::string_view page_script() {
  return between(headsweep_page_script, headsweep_page_script_end);
}

std::string_view plotly_script() {
  return between(headsweep_plotly_script, headsweep_plotly_script_end);
}

}  // namespace headsweep::report
