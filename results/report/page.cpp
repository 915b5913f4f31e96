#include "results/report/page.h"

#include <map>

#include "errors/check.h"
#include "results/report/page_files.h"

namespace headsweep::report {
namespace {

std::string escaped_html(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

// JSON that no HTML parser takes for the end of its script: "<" only occurs within strings.
std::string script_json(const Json& document) {
  std::string escaped;
  const std::string text = document.dump(-1, ' ', false, Json::error_handler_t::replace);
  escaped.reserve(text.size());
  for (const char c : text) {
    if (c == '<') {
      escaped += "\\u003c";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace

std::string page(const std::string& title, const Json& document) {
  const std::string title_text = escaped_html(title);
  const std::string document_text = script_json(document);
  const std::map<std::string_view, std::string_view> parts = {{"title", title_text},
                                                              {"style", page_style()},
                                                              {"plotly", plotly_script()},
                                                              {"script", page_script()},
                                                              {"document", document_text}};
  std::string html;
  std::string_view rest = page_template();
  while (true) {
    const std::size_t open = rest.find("{{");
    html += rest.substr(0, open);
    if (open == std::string_view::npos) return html;
    const std::size_t close = rest.find("}}", open);
    const auto part = parts.find(rest.substr(open + 2, close - open - 2));
    check(part != parts.end(), "the page's template names parts that there are");
    html += part->second;
    rest.remove_prefix(close + 2);
  }
}

}  // namespace headsweep::report
