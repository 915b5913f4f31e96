#include "sweep/overrides.h"

#include <algorithm>
#include <utility>

#include "sweep/refuse.h"
#include "sweep/schema.h"
#include "sweep/toml_tables.h"

namespace headsweep::sweep {
namespace {

// The keys that lead to the value of an override, and the value: model.heads=2 gives {model, heads} and 2.
struct Assignment {
  std::vector<std::string> path;
  const toml::node* value;
};

std::string place_of(const Origin& origin) {
  return "--set " + std::string(origin.override_text);
}

Assignment single_assignment(const toml::table& root) {
  Assignment assignment{{}, &root};
  const toml::table* table = &root;
  while (table && table->size() == 1 && !table->is_inline()) {
    const auto [key, node] = in_order(*table).front();
    assignment.path.emplace_back(key->str());
    assignment.value = node;
    table = node->as_table();
  }
  return assignment;
}

std::string join(std::span<const std::string> names) {
  std::string joined;
  for (const std::string& name : names) joined += (joined.empty() ? "" : ".") + name;
  return joined;
}

void replace_entry(Table& table, Entry entry) {
  const auto found = std::ranges::find(table.entries, entry.key, &Entry::key);
  if (found == table.entries.end()) {
    table.entries.push_back(std::move(entry));
  } else {
    *found = std::move(entry);
  }
}

// A whole table must be given as {...}: the header [model] is no assignment.
const toml::table& inline_table(const Assignment& assignment, const Origin& origin) {
  const toml::table* const table = assignment.value->as_table();
  if (table && table->is_inline()) return *table;
  const std::string name = join(assignment.path);
  refuse(place_of(origin), name + " is a table; set " + name + ".KEY=VALUE or replace it by {...}");
}

void assign(Document& document, const Assignment& assignment, const Origin& origin) {
  const std::string place = place_of(origin);
  const std::span<const std::string> path = assignment.path;
  const bool to_baseline = path.size() > 1 && path[0] == kAnalysis && path[1] == kBaseline;
  if (to_baseline && path.size() == 2) {
    read_baseline(document, place, inline_table(assignment, origin), origin);
    return;
  }
  const std::string name = checked_text(path[0], place);
  if (path.size() == 1 && is_table_list(name)) {
    const toml::array* const list = assignment.value->as_array();
    if (!list) refuse(place, name + " must be a list of tables: " + name + "=[{...}]");
    read_table_list(document, name, place, *list, origin);
    return;
  }
  if (is_table_list(name)) refuse(place, name + " is a list of tables; replace it by " + name + "=[{...}]");
  if (path.size() == 1) {
    if (!assignment.value->is_table() && !is_known_table(name)) refuse_bare_name(place, name);
    read_table(document, name, place, inline_table(assignment, origin), origin);
    return;
  }
  Table& table =
      to_baseline ? document.baseline : document.tables.try_emplace(name, Table{place, {}}).first->second;
  const std::string key = checked_text(join(path.subspan(to_baseline ? 2 : 1)), place);
  replace_entry(table, to_entry(key, place, *assignment.value, origin));
}

}  // namespace

void apply_override(Document& document, const std::string& text) {
  const Origin origin{document.file, text};
  const std::string place = place_of(origin);
  if (std::ranges::any_of(text, [](unsigned char c) { return c < ' ' && c != '\t'; })) {
    refuse(place, "control characters are not allowed");
  }
  if (text.find('=') == std::string::npos) {
    refuse(place, R"(must be key=value, such as training.steps=100 or 'training.task="copy"')");
  }
  const toml::table root = parse_toml(text, origin);
  const Assignment assignment = single_assignment(root);
  if (assignment.path.empty()) refuse(place, "must be key=value");
  assign(document, assignment, origin);
}

}  // namespace headsweep::sweep
