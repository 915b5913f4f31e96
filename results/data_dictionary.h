// What the columns of the views mean, in half a sentence each: for `headsweep export`. docs/store.md says it at length.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace headsweep::results {

// The views that people export, in the order of docs/store.md.
std::span<const std::string_view> exported_views();

struct ColumnMeaning {
  std::string unit;  // "steps", "fraction", "seconds", ...; empty: none
  std::string text;
};

// A name means the same in every view. Requires a column of one of exported_views().
ColumnMeaning column_meaning(std::string_view column);

}  // namespace headsweep::results
