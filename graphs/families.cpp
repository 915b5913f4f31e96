#include "graphs/families.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "errors/nearest_name.h"
#include "errors/user_error.h"
#include "graphs/completion.h"
#include "random/counter_random.h"

namespace headsweep::graphs {
namespace {

constexpr std::array<std::string_view, 7> kNames = {"line", "full",    "window", "dilated",
                                                    "star", "layered", "random"};

// Adds the earlier keys of one query, ascending.
using AddKeys = void (*)(const FamilySpec& spec, std::int64_t n, std::int64_t query,
                         std::vector<std::int32_t>& keys);

void add_range(std::int64_t begin, std::int64_t end, std::vector<std::int32_t>& keys) {
  for (std::int64_t key = std::max<std::int64_t>(begin, 0); key < end; ++key) {
    keys.push_back(static_cast<std::int32_t>(key));
  }
}

void add_line(const FamilySpec&, std::int64_t, std::int64_t query, std::vector<std::int32_t>& keys) {
  add_range(query - 1, query, keys);
}

void add_full(const FamilySpec&, std::int64_t, std::int64_t query, std::vector<std::int32_t>& keys) {
  add_range(0, query, keys);
}

void add_window(const FamilySpec& spec, std::int64_t, std::int64_t query, std::vector<std::int32_t>& keys) {
  add_range(query - spec.width + 1, query, keys);
}

void add_dilated(const FamilySpec& spec, std::int64_t, std::int64_t query, std::vector<std::int32_t>& keys) {
  const std::int64_t earlier = std::min(spec.width - 1, query / spec.dilation);
  for (std::int64_t k = earlier; k >= 1; --k)
    keys.push_back(static_cast<std::int32_t>(query - k * spec.dilation));
}

void add_star(const FamilySpec&, std::int64_t n, std::int64_t query, std::vector<std::int32_t>& keys) {
  if (query == n - 1) add_range(0, query, keys);
}

// Layer 0 is the source, the last one the sink, with layers of `width` between them.
void add_layered(const FamilySpec& spec, std::int64_t n, std::int64_t query,
                 std::vector<std::int32_t>& keys) {
  if (query == 0) return;
  const std::int64_t inner = n - 2;
  const std::int64_t layers = (inner + spec.width - 1) / spec.width;
  const std::int64_t layer = query == n - 1 ? layers + 1 : 1 + (query - 1) / spec.width;
  if (layer == 1) {
    keys.push_back(0);
    return;
  }
  const std::int64_t begin = 1 + (layer - 2) * spec.width;
  add_range(begin, std::min(begin + spec.width, n - 1), keys);
}

// Floyd's method (Bentley and Floyd 1987): `count` distinct numbers below `bound`, each set equally likely.
void draw_distinct(const FamilySpec& spec, std::int64_t bound, std::int64_t count,
                   std::vector<std::int64_t>& drawn_for, std::vector<std::int32_t>& keys) {
  const auto begin = static_cast<std::ptrdiff_t>(keys.size());
  random::Block bits{};
  for (std::int64_t draw = 0; draw < count; ++draw) {
    const auto lane = static_cast<std::size_t>(draw % 4);
    if (lane == 0) {
      bits = random::random_block(spec.seed, random::Purpose::kGraphEdges, spec.head,
                                  static_cast<std::uint32_t>(bound), static_cast<std::uint64_t>(draw / 4));
    }
    const std::int64_t top = bound - count + draw;
    std::int64_t key = random::uniform_below(bits[lane], static_cast<std::uint32_t>(top + 1));
    if (drawn_for[static_cast<std::size_t>(key)] == bound) key = top;
    drawn_for[static_cast<std::size_t>(key)] = bound;
    keys.push_back(static_cast<std::int32_t>(key));
  }
  std::sort(keys.begin() + begin, keys.end());
}

KeyRows random_rows(const FamilySpec& spec, std::int64_t n) {
  KeyRows rows;
  std::vector<std::int64_t> drawn_for(static_cast<std::size_t>(n),
                                      -1);  // by key: the query that drew it last
  for (std::int64_t query = 0; query < n; ++query) {
    const std::int64_t earlier = std::min(spec.degree - 1, query);
    if (earlier == query) {
      add_range(0, query, rows.keys);
    } else {
      draw_distinct(spec, query, earlier, drawn_for, rows.keys);
    }
    rows.keys.push_back(static_cast<std::int32_t>(query));
    rows.finish_row();
  }
  return rows;
}

KeyRows plain_rows(const FamilySpec& spec, std::int64_t n) {
  constexpr std::array<AddKeys, 6> kAdd = {add_line,    add_full, add_window,
                                           add_dilated, add_star, add_layered};
  const AddKeys add = kAdd[static_cast<std::size_t>(spec.family)];
  KeyRows rows;
  for (std::int64_t query = 0; query < n; ++query) {
    add(spec, n, query, rows.keys);
    rows.keys.push_back(static_cast<std::int32_t>(query));
    rows.finish_row();
  }
  return rows;
}

// j -> j + 1 wherever no later query sees j, or query j + 1 sees no earlier key.
KeyRows completed_at_both_ends(const KeyRows& rows) {
  const std::vector<bool> seen = seen_later(rows);
  std::vector<AddedEdge> added;
  for (std::size_t i = 1; i < seen.size(); ++i) {
    const bool sees_none = rows.starts[i + 1] - rows.starts[i] == 1;
    if (sees_none || !seen[i - 1]) {
      added.push_back({static_cast<std::int64_t>(i), static_cast<std::int32_t>(i) - 1});
    }
  }
  return with_edges(rows, std::move(added));
}

// At least the number of edges, exact for `full`.
double most_edges(const FamilySpec& spec, std::int64_t n) {
  const auto nodes = static_cast<double>(n);
  switch (spec.family) {
    case Family::kLine:
    case Family::kStar:
      return 2 * nodes;
    case Family::kFull:
      return nodes * (nodes + 1) / 2;
    case Family::kWindow:
    case Family::kDilated:
      return nodes * static_cast<double>(std::min(spec.width, n));
    case Family::kLayered:
      return nodes * static_cast<double>(std::min(spec.width, n) + 1);
    case Family::kRandom:
      return nodes * static_cast<double>(std::min(spec.degree, n));  // completion adds below n
  }
  return 0;
}

void check_at_least(std::int64_t least, std::int64_t value, const std::string& name) {
  if (value >= least) return;
  throw UserError(name + " = " + std::to_string(value) + "; it must be at least " + std::to_string(least));
}

void check_spec(const FamilySpec& spec, std::int64_t n) {
  check_at_least(1, n, "n");
  check_at_least(1, spec.width, "width");
  check_at_least(1, spec.dilation, "dilation");
  check_at_least(2, spec.degree, "degree");
  if (most_edges(spec, n) > static_cast<double>(kMaxEdges)) {
    throw UserError("graph " + std::string(family_name(spec.family)) + " of n = " + std::to_string(n) +
                    " has more than " + std::to_string(kMaxEdges) +
                    " edges; take a smaller n or a sparser family");
  }
}

}  // namespace

std::span<const std::string_view> family_names() {
  return kNames;
}

std::string_view family_name(Family family) {
  return kNames[static_cast<std::size_t>(family)];
}

Family family_of(std::string_view name) {
  const auto* const found = std::ranges::find(kNames, name);
  if (found == kNames.end()) {
    throw UserError("unknown family '" + std::string(name) +
                    "', known are line, full, window, dilated, star, layered and random" +
                    did_you_mean(name, kNames));
  }
  return static_cast<Family>(found - kNames.begin());
}

std::span<const std::string_view> family_parameters(Family family) {
  static constexpr std::array<std::string_view, 2> kDilatedParameters = {"width", "dilation"};
  static constexpr std::array<std::string_view, 2> kRandomParameters = {"degree", "seed"};
  switch (family) {
    case Family::kWindow:
    case Family::kLayered:
      return std::span(kDilatedParameters).first(1);
    case Family::kDilated:
      return kDilatedParameters;
    case Family::kRandom:
      return kRandomParameters;
    case Family::kLine:
    case Family::kFull:
    case Family::kStar:
      return {};
  }
  return {};
}

KeyRows family_rows(const FamilySpec& spec, std::int64_t n) {
  check_spec(spec, n);
  return spec.family == Family::kRandom ? random_rows(spec, n) : plain_rows(spec, n);
}

CausalGraph family_graph(const FamilySpec& spec, std::int64_t n) {
  KeyRows rows = family_rows(spec, n);
  if (spec.family == Family::kRandom) rows = completed_by_chance(rows, spec.seed, spec.head);
  if (spec.family == Family::kDilated) rows = completed_at_both_ends(rows);
  return CausalGraph::uniform(std::move(rows));
}

}  // namespace headsweep::graphs
