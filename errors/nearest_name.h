// Suggestions for mistyped names: "unknown key 'model.head'; did you mean 'model.heads'?"
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace headsweep {

// The candidate with the smallest edit distance (insertions, deletions, substitutions, swaps of neighbours),
// the first of equals; empty if `candidates` is empty.
std::string_view nearest_name(std::string_view name, std::span<const std::string_view> candidates);

// "; did you mean 'X'?" for the nearest candidate, or "" if none comes within half the name's length.
std::string did_you_mean(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace headsweep
