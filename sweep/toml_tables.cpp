#include "sweep/toml_tables.h"

#include <algorithm>
#include <utility>

#include "sweep/refuse.h"

namespace headsweep::sweep {
namespace {

constexpr std::size_t kMaxTextBytes = 200;  // of one key or one string
// A dotted key a.b.c nests a table for each dot and the TOML library frees nested tables recursively: tens of
// thousands of dots overflow the stack. A key cannot span lines, so this limit holds whatever the quoting.
constexpr std::ptrdiff_t kMaxDotsPerLine = 200;

void require_parsable(std::string_view text, std::string_view place) {
  if (text.size() > kMaxSweepFileBytes) refuse(place, "is larger than 1 MiB, the limit of a sweep file");
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (std::ranges::count(text.substr(begin, end - begin), '.') > kMaxDotsPerLine) {
      const auto line = 1 + std::ranges::count(text.substr(0, begin), '\n');
      refuse(std::string(place) + ":" + std::to_string(line),
             "more than " + std::to_string(kMaxDotsPerLine) +
                 " dots on a line; break the list into several lines");
    }
    begin = end + 1;
  }
}

Element to_element(const toml::node& node, const Origin& origin) {
  Element element{{}, {}, origin.place(node.source())};
  switch (node.type()) {
    case toml::node_type::string:
      element.value = checked_text(node.ref<std::string>(), element.place);
      break;
    case toml::node_type::integer:
      element.value = node.ref<std::int64_t>();
      break;
    case toml::node_type::floating_point:
      element.value = node.ref<double>();
      break;
    case toml::node_type::boolean:
      element.value = node.ref<bool>();
      break;
    case toml::node_type::table:
      element.kind = "a table";
      break;
    case toml::node_type::array:
      element.kind = "a list";
      break;
    default:
      element.kind = "a date or time";
  }
  return element;
}

// Where a key was written; positions in one text are ordered.
std::pair<toml::source_index, toml::source_index> position(const toml::key& key) {
  const toml::source_position begin = key.source().begin;
  return {begin.line, begin.column};
}

// A value below a table that is keyed by names of settings: model.heads = .. or "model.heads" = ..
struct Leaf {
  std::string name;
  const toml::key* key;
  const toml::node* node;
};

// The value of a setting may be a table: the range of an axis.
void collect_leaves(std::vector<Leaf>& leaves, const std::string& prefix, const toml::table& source,
                    const Origin& origin) {
  for (const auto& [key, node] : in_order(source)) {
    std::string name = checked_text(prefix + std::string(key->str()), origin.place(key->source()));
    const toml::table* const inner = node->as_table();
    if (inner && !inner->empty() && !trial::find_setting(name)) {
      collect_leaves(leaves, name + ".", *inner, origin);
    } else {
      leaves.push_back({std::move(name), key, node});
    }
  }
}

// Entries in the order of the text, also where the keys of inner tables alternate.
std::vector<Entry> entries_by_setting(const toml::table& source, const Origin& origin) {
  std::vector<Leaf> leaves;
  collect_leaves(leaves, "", source, origin);
  std::ranges::stable_sort(leaves, {}, [](const Leaf& leaf) { return position(*leaf.key); });
  std::vector<Entry> entries;
  for (Leaf& leaf : leaves) {
    entries.push_back(to_entry(std::move(leaf.name), origin.place(leaf.key->source()), *leaf.node, origin));
  }
  return entries;
}

}  // namespace

std::string Origin::place(const toml::source_region& source) const {
  if (!override_text.empty()) return "--set " + std::string(override_text);
  return std::string(file) + ":" + std::to_string(source.begin.line);
}

toml::table parse_toml(std::string_view text, const Origin& origin) {
  require_parsable(text, origin.override_text.empty() ? origin.file : "--set");
  try {
    return toml::parse(text, origin.file);
  } catch (const toml::parse_error& error) {
    const std::string_view hint =
        origin.override_text.empty() ? "" : R"(; text needs quotes, as in 'training.task="copy"')";
    refuse(origin.place(error.source()),
           "not valid TOML: " + std::string(error.description()) + std::string(hint));
  }
}

std::string checked_text(std::string_view text, const std::string& place) {
  if (text.size() > kMaxTextBytes) {
    refuse(place, "text of " + std::to_string(text.size()) + " bytes; at most " +
                      std::to_string(kMaxTextBytes) + " are allowed");
  }
  return std::string(text);
}

Entry to_entry(std::string key, std::string place, const toml::node& node, const Origin& origin) {
  Entry entry{std::move(key), std::move(place), !origin.override_text.empty(), {}};
  if (const toml::array* const array = node.as_array()) {
    List list;
    for (const toml::node& element : *array) list.push_back(to_element(element, origin));
    entry.content = std::move(list);
  } else {
    entry.content = to_element(node, origin);
  }
  if (const toml::table* const table = node.as_table()) {
    for (const auto& [field, value] : in_order(*table)) {
      const std::string field_place = origin.place(field->source());
      entry.fields.push_back(
          {checked_text(field->str(), field_place), field_place, to_element(*value, origin)});
    }
  }
  return entry;
}

std::vector<std::pair<const toml::key*, const toml::node*>> in_order(const toml::table& table) {
  std::vector<std::pair<const toml::key*, const toml::node*>> pairs;
  for (const auto& [key, node] : table) pairs.emplace_back(&key, &node);
  std::ranges::stable_sort(pairs, {}, [](const auto& pair) { return position(*pair.first); });
  return pairs;
}

void read_baseline(Document& document, const std::string& place, const toml::table& source,
                   const Origin& origin) {
  document.baseline = {place, entries_by_setting(source, origin)};
}

void read_table_list(Document& document, const std::string& name, const std::string& place,
                     const toml::array& source, const Origin& origin) {
  std::vector<Table> tables;
  for (const toml::node& node : source) {
    const toml::table* const table = node.as_table();
    if (!table) refuse(place, "'" + name + "' must be a list of tables, [[" + name + "]]");
    tables.push_back({origin.place(table->source()), entries_by_setting(*table, origin)});
  }
  document.lists[name] = std::move(tables);
}

void read_table(Document& document, const std::string& name, const std::string& place,
                const toml::table& source, const Origin& origin) {
  if (name == kAxes) {
    document.tables[name] = {place, entries_by_setting(source, origin)};
    return;
  }
  if (name == kAnalysis) document.baseline = {};
  Table table{place, {}};
  for (const auto& [key, node] : in_order(source)) {
    const std::string key_place = origin.place(key->source());
    if (name == kAnalysis && *key == kBaseline && node->is_table()) {
      read_baseline(document, key_place, *node->as_table(), origin);
    } else {
      table.entries.push_back(to_entry(checked_text(key->str(), key_place), key_place, *node, origin));
    }
  }
  document.tables[name] = std::move(table);
}

}  // namespace headsweep::sweep
