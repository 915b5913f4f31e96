// Checked values from the entries of a document. Every function throws UserError with place, key, value and
// what is allowed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sweep/document.h"
#include "trial/settings.h"

namespace headsweep::sweep {

// The entry, or nullptr where the file does not have it.
const Entry* find_entry(const Document& document, std::string_view table, std::string_view key);

// A value of that setting. `name` is what messages call it.
trial::Value read_value(const Element& element, std::string_view name, const trial::SettingInfo& setting);

// The one value of an entry that must not be a list. `allowed` completes "must be ...".
const Element& single(const Entry& entry, std::string_view name, std::string_view allowed);
// The values of an entry that must be a list of at least one. `example` is such a list.
const List& list(const Entry& entry, std::string_view name, std::string_view example);

std::int64_t read_integer(const Element& element, std::string_view name, std::int64_t minimum,
                          std::int64_t maximum);
std::string read_text(const Element& element, std::string_view name, std::string_view allowed);

// Complains about a value: "PLACE: NAME must be ALLOWED, not VALUE".
[[noreturn]] void refuse_value(const Element& element, std::string_view name, std::string_view allowed);

// The setting that an axis or a baseline names, or a complaint.
const trial::SettingInfo& named_setting(const Entry& entry, std::string_view table);

}  // namespace headsweep::sweep
