// A sweep file as it was written: tables of keys and values with their places, nothing interpreted yet.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "trial/settings.h"

namespace headsweep::sweep {

// One value. `place` is "FILE:LINE" or "--set KEY=VALUE".
struct Element {
  trial::Value value;  // monostate: neither text, number nor truth value
  std::string kind;    // what it is then: "a table", "a list", "a date"
  std::string place;
};
using List = std::vector<Element>;

// A value of an inline table.
struct Field {
  std::string key;
  std::string place;
  Element element;
};

struct Entry {
  std::string key;
  std::string place;
  bool from_override;
  std::variant<Element, List> content;
  std::vector<Field> fields = {};  // where the content is "a table": what it holds
};

struct Table {
  std::string place;           // where its name was first seen
  std::vector<Entry> entries;  // in the order of the file, then of the overrides
};

inline constexpr std::size_t kMaxSweepFileBytes = std::size_t{1} << 20;

inline constexpr std::string_view kAxes = "axes";
inline constexpr std::string_view kZip = "zip";
inline constexpr std::string_view kExclude = "exclude";

// Tables by name. Entries of [axes], [[zip]], [[exclude]] and of the baseline have settings as keys, dotted names
// however they were written ("model.heads" or model.heads).
struct Document {
  std::string file;
  std::map<std::string, Table, std::less<>> tables;
  Table baseline;  // the table baseline of [analysis]; it is not among that table's entries
  std::map<std::string, std::vector<Table>, std::less<>> lists;  // [[zip]] and [[exclude]], in order
};

// As a person wrote it: 4, "copy", a list.
std::string describe(const Element& element);
std::string describe(const Entry& entry);

// Parses TOML 1.0 and applies the overrides in their order. Throws UserError: not TOML, not UTF-8, larger
// than 1 MiB, a key outside of every table, an override that is not `key=value`.
Document read_document(std::string_view text, const std::string& file,
                       std::span<const std::string> overrides);

}  // namespace headsweep::sweep
