#include "sweep/overrides.h"

#include <algorithm>
#include <utility>

#include "sweep/refuse.h"
#include "sweep/toml_tables.h"

namespace headsweep::sweep {
namespace {

// The keys that lead to the value of an override, and the value: model.heads=2 gives {model, heads} and 2.
struct Assignment {
  std::vector<std::string> path;
  const toml::node* value;
};

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

void assign(Document& document, const Assignment& assignment, const Origin& origin) {
  const std::string place = "--set " + std::string(origin.override_text);
  const std::span<const std::string> path = assignment.path;
  const bool is_baseline = path.size() > 1 && path[0] == kAnalysis && path[1] == kBaseline;
  const std::size_t table_keys = is_baseline ? 2 : 1;
  const std::string table_name = checked_text(join(path.first(table_keys)), place);
  if (path.size() == table_keys) {
    const toml::table* const whole = assignment.value->as_table();
    if (!whole || !whole->is_inline()) {
      refuse(place, table_name + " is a table; set " + table_name + ".KEY=VALUE or replace it by {...}");
    }
    read_table(document, table_name, place, *whole, origin);
    return;
  }
  Table& table = document.tables.try_emplace(table_name, Table{place, {}}).first->second;
  const std::string key = checked_text(join(path.subspan(table_keys)), place);
  replace_entry(table, to_entry(key, place, *assignment.value, origin));
}

}  // namespace

void apply_override(Document& document, const std::string& text) {
  const std::string place = "--set " + text;
  if (std::ranges::any_of(text, [](unsigned char c) { return c < ' ' && c != '\t'; })) {
    refuse(place, "control characters are not allowed");
  }
  if (text.find('=') == std::string::npos) {
    refuse(place, R"(must be key=value, such as training.steps=100 or 'training.task="copy"')");
  }
  const Origin origin{document.file, text};
  const toml::table root = parse_toml(text, origin);
  const Assignment assignment = single_assignment(root);
  if (assignment.path.empty()) refuse(place, "must be key=value");
  assign(document, assignment, origin);
}

}  // namespace headsweep::sweep
