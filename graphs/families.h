// Families of causal graphs. Every position has a self loop; weights are uniform.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "graphs/causal_graph.h"

namespace headsweep::graphs {

enum class Family : std::uint8_t {
  kLine,     // j -> j + 1
  kFull,     // j -> every later position
  kWindow,   // j -> j + 1 ... j + width - 1 ("window 4": itself and three more)
  kDilated,  // j -> j + dilation, j + 2 dilation, ... width - 1 of them; completed, see below
  kStar,     // j -> the sink; queries before the sink see themselves only
  kLayered,  // the source; layers of `width` consecutive positions; the sink. Each layer -> the whole next one
  kRandom,   // each query sees itself and degree - 1 distinct earlier keys, uniform; completed, see below
};
// Dilated and random graphs are completed, so that every position reaches the sink and is reached from the source:
// dilated: j -> j + 1 wherever no later query sees j, or query j + 1 sees no earlier key (both ends only);
// random: a key that no later query drew is seen by one of them, uniform.

struct FamilySpec {
  Family family = Family::kFull;
  std::int64_t width =
      4;  // window, dilated: keys of a query, itself included; layered: positions of a layer; >= 1
  std::int64_t dilation = 2;  // dilated, >= 1
  std::int64_t degree = 4;    // random: keys of a query, itself included; >= 2
  std::uint32_t seed = 0;     // random
  std::uint32_t head = 0;     // random: heads of one seed differ
};

std::span<const std::string_view> family_names();  // in the order of the enumeration
std::string_view family_name(Family family);
// Throws UserError with the nearest name for any other.
Family family_of(std::string_view name);
// Those of "width", "dilation", "degree", "seed" that shape the family.
std::span<const std::string_view> family_parameters(Family family);

// The keys of every query without the completion of dilated and random graphs. Throws UserError on n < 1, a parameter
// out of range, and more than kMaxEdges edges.
KeyRows family_rows(const FamilySpec& spec, std::int64_t n);

// Completed. Throws as family_rows().
CausalGraph family_graph(const FamilySpec& spec, std::int64_t n);

}  // namespace headsweep::graphs
