#include "graphs/head_graphs.h"

#include <algorithm>
#include <utility>

#include "errors/check.h"
#include "graphs/completion.h"
#include "graphs/families.h"

namespace headsweep::graphs {
namespace {

using Kind = HeadGraphSpec::Kind;
using Connect = HeadGraphSpec::Connect;

// Queries see themselves and the keys that lie `first` ... `last` positions before them.
KeyRows rows_of_lags(std::int64_t first, std::int64_t last, std::int64_t n) {
  KeyRows rows;
  for (std::int64_t query = 0; query < n; ++query) {
    const std::int64_t nearest = query - std::max<std::int64_t>(first, 1);
    for (std::int64_t key = std::max<std::int64_t>(query - last, 0); key <= nearest; ++key) {
      rows.keys.push_back(static_cast<std::int32_t>(key));
    }
    rows.keys.push_back(static_cast<std::int32_t>(query));
    rows.finish_row();
  }
  return rows;
}

constexpr std::int64_t kMaxDilation = std::int64_t{1} << 32;  // beyond every number of positions

std::int64_t dilation_of(const HeadGraphSpec& spec, std::int64_t head) {
  if (spec.shared) return spec.dilation;
  return head < 32 ? std::int64_t{1} << head : kMaxDilation;
}

// Before edges are added.
KeyRows graph_of(const HeadGraphSpec& spec, std::int64_t head, std::int64_t n) {
  switch (spec.kind) {
    case Kind::kFull:
      return family_rows({.family = Family::kFull}, n);
    case Kind::kWindow:
      return rows_of_lags(head * spec.window, (head + 1) * spec.window - 1, n);
    case Kind::kDilated:
      return family_rows(
          {.family = Family::kDilated, .width = spec.window, .dilation = dilation_of(spec, head)}, n);
    case Kind::kRandom:
      return family_rows({.family = Family::kRandom,
                          .degree = spec.degree,
                          .seed = spec.seed,
                          .head = static_cast<std::uint32_t>(head)},
                         n);
  }
  return {};
}

KeyRows completed(const HeadGraphSpec& spec, std::int64_t head, const KeyRows& rows) {
  if (spec.kind == Kind::kRandom) {
    return completed_by_chance(rows, spec.seed, static_cast<std::uint32_t>(head));
  }
  return completed_by_next(rows);
}

// Adds what the union of all lacks, each edge in a drawn head.
void complete_union(const HeadGraphSpec& spec, std::int64_t n, std::vector<KeyRows>& graphs) {
  const std::vector<bool> seen = seen_later(union_of(graphs));
  std::vector<std::vector<AddedEdge>> added(graphs.size());
  for (std::int64_t key = 0; key + 1 < n; ++key) {
    if (seen[static_cast<std::size_t>(key)]) continue;
    DrawnQuery drawn = draw_later_query(spec.seed, 0, key, n, static_cast<std::uint32_t>(graphs.size()));
    if (spec.kind != Kind::kRandom) drawn.query = key + 1;
    added[drawn.head].push_back({drawn.query, static_cast<std::int32_t>(key)});
  }
  for (std::size_t head = 0; head < graphs.size(); ++head) {
    if (!added[head].empty()) graphs[head] = with_edges(graphs[head], std::move(added[head]));
  }
}

}  // namespace

std::optional<std::int64_t> smallest_lag(const HeadGraphSpec& spec, std::int64_t head) {
  const std::int64_t number = spec.shared ? 0 : head;
  switch (spec.kind) {
    case Kind::kFull:
    case Kind::kRandom:
      return 1;
    case Kind::kWindow:
      if (number > 0) return number * spec.window;
      return spec.window > 1 ? std::optional<std::int64_t>(1) : std::nullopt;
    case Kind::kDilated:
      return spec.window > 1 ? std::optional(dilation_of(spec, number)) : std::nullopt;
  }
  return std::nullopt;
}

std::vector<KeyRows> head_graphs(const HeadGraphSpec& spec, std::int64_t n) {
  check(spec.heads >= 1 && n >= 1, "head graphs have heads and positions");
  const bool is_one_graph = spec.shared || spec.kind == Kind::kFull;
  const bool complete_each =
      spec.connect == Connect::kEach || (is_one_graph && spec.connect == Connect::kUnion);
  std::vector<KeyRows> graphs;
  for (std::int64_t head = 0; head < (is_one_graph ? 1 : spec.heads); ++head) {
    KeyRows rows = graph_of(spec, head, n);
    graphs.push_back(complete_each ? completed(spec, head, rows) : std::move(rows));
  }
  if (spec.connect == Connect::kUnion && !complete_each) complete_union(spec, n, graphs);
  graphs.resize(static_cast<std::size_t>(spec.heads), KeyRows(graphs.front()));
  return graphs;
}

KeyRows union_of(std::span<const KeyRows> graphs) {
  check(!graphs.empty(), "a union of no graphs");
  KeyRows all;
  std::vector<std::int32_t> keys;
  for (std::size_t i = 0; i < static_cast<std::size_t>(graphs.front().size()); ++i) {
    keys.clear();
    for (const KeyRows& graph : graphs) {
      keys.insert(keys.end(), graph.keys.begin() + graph.starts[i], graph.keys.begin() + graph.starts[i + 1]);
    }
    std::ranges::sort(keys);
    const auto repeated = std::ranges::unique(keys);
    all.keys.insert(all.keys.end(), keys.begin(), repeated.begin());
    all.finish_row();
  }
  return all;
}

std::int64_t unreachable_positions(const KeyRows& graph) {
  const auto n = static_cast<std::size_t>(graph.size());
  std::vector<bool> reaches(n);
  reaches[n - 1] = true;
  for (std::size_t query = n; query-- > 0;) {
    if (!reaches[query]) continue;
    for (auto e = graph.starts[query]; e < graph.starts[query + 1]; ++e) {
      reaches[static_cast<std::size_t>(graph.keys[static_cast<std::size_t>(e)])] = true;
    }
  }
  return std::ranges::count(reaches, false);
}

}  // namespace headsweep::graphs
