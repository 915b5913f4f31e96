#include "sweep/document.h"

#include "sweep/overrides.h"
#include "sweep/refuse.h"
#include "sweep/schema.h"
#include "sweep/toml_tables.h"

namespace headsweep::sweep {

std::string describe(const Element& element) {
  return std::holds_alternative<std::monostate>(element.value) ? element.kind : trial::to_text(element.value);
}

std::string describe(const Entry& entry) {
  const auto* const element = std::get_if<Element>(&entry.content);
  return element ? describe(*element) : "a list";
}

Document read_document(std::string_view text, const std::string& file,
                       std::span<const std::string> overrides) {
  const Origin origin{file, {}};
  const toml::table root = parse_toml(text, origin);
  Document document{file, {}, {}, {}};
  for (const auto& [key, node] : in_order(root)) {
    const std::string place = origin.place(key->source());
    const std::string name = checked_text(key->str(), place);
    if (is_table_list(name)) {
      const toml::array* const list = node->as_array();
      if (!list)
        refuse(place,
               "'" + name + "' must be a list of tables with a header in double brackets, [[" + name + "]]");
      read_table_list(document, name, place, *list, origin);
      continue;
    }
    const toml::table* const table = node->as_table();
    if (!table) {
      if (node->is_array_of_tables() && !is_known_table(name)) refuse_table(place, name);
      refuse(place, "'" + name +
                        "' must be a table with a header in single brackets; every key belongs into a table");
    }
    read_table(document, name, place, *table, origin);
  }
  for (const std::string& one : overrides) apply_override(document, one);
  return document;
}

}  // namespace headsweep::sweep
