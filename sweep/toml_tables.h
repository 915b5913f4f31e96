// TOML text into tables of a Document. Internal to the reader: only files that include this know the TOML
// library.
#pragma once

#include <string>
#include <string_view>

#include <toml++/toml.h>

#include "sweep/document.h"

namespace headsweep::sweep {

inline constexpr std::string_view kAnalysis = "analysis";
inline constexpr std::string_view kBaseline = "baseline";

// Where the text being read comes from; `override_text` is empty for the file itself.
struct Origin {
  std::string_view file;
  std::string_view override_text;

  [[nodiscard]] std::string place(const toml::source_region& source) const;
};

// Throws UserError: too large, a line that the TOML library cannot be trusted with, not UTF-8, not TOML.
toml::table parse_toml(std::string_view text, const Origin& origin);

// `text` as a string; throws UserError if it is longer than a key or a value may be.
std::string checked_text(std::string_view text, const std::string& place);

Entry to_entry(std::string key, std::string place, const toml::node& node, const Origin& origin);

// Pairs of a table in the order of the text; the TOML library sorts them by name. They point into `table`.
std::vector<std::pair<const toml::key*, const toml::node*>> in_order(const toml::table& table);

// Puts the table [`name`] into the document, in place of one that is there; with [analysis] its baseline, too.
void read_table(Document& document, const std::string& name, const std::string& place,
                const toml::table& source, const Origin& origin);
// Puts the list of tables [[`name`]] into the document, in place of one that is there. Throws UserError if the list
// holds anything but tables.
void read_table_list(Document& document, const std::string& name, const std::string& place,
                     const toml::array& source, const Origin& origin);
void read_baseline(Document& document, const std::string& place, const toml::table& source,
                   const Origin& origin);

}  // namespace headsweep::sweep
