// Which tables and keys a sweep file may have.
#pragma once

#include <string_view>
#include <vector>

#include "sweep/document.h"

namespace headsweep::sweep {

// Dotted names of all keys with a fixed name: those of [sweep], [budget], [analysis], [resources] and [slurm], and
// every setting.
std::vector<std::string_view> known_keys();

// Throws UserError at the first unknown table or key, with the nearest known one and what there is.
// The keys of [axes] and of the baseline are settings and are checked where these are read.
void require_known_names(const Document& document);

bool is_known_table(std::string_view name);
// [[zip]] and [[exclude]].
bool is_table_list(std::string_view name);

// Throws UserError: `name` is no table; the nearest one and what there is.
[[noreturn]] void refuse_table(std::string_view place, std::string_view name);

// Throws UserError: `name` stands where a table or a dotted key has to; the nearest one.
[[noreturn]] void refuse_bare_name(std::string_view place, std::string_view name);

}  // namespace headsweep::sweep
