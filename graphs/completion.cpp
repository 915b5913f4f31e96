#include "graphs/completion.h"

#include <algorithm>

#include "random/counter_random.h"

namespace headsweep::graphs {

KeyRows with_edges(const KeyRows& rows, std::vector<AddedEdge> added) {
  std::ranges::stable_sort(added, {}, &AddedEdge::query);
  KeyRows merged;
  merged.keys.reserve(rows.keys.size() + added.size());
  auto next = added.begin();
  for (std::int64_t i = 0; i < rows.size(); ++i) {
    const auto begin = static_cast<std::ptrdiff_t>(merged.keys.size());
    merged.keys.insert(merged.keys.end(), rows.keys.begin() + rows.starts[static_cast<std::size_t>(i)],
                       rows.keys.begin() + rows.starts[static_cast<std::size_t>(i) + 1]);
    const bool grows = next != added.end() && next->query == i;
    for (; next != added.end() && next->query == i; ++next) merged.keys.push_back(next->key);
    if (grows) std::sort(merged.keys.begin() + begin, merged.keys.end());
    merged.finish_row();
  }
  return merged;
}

std::vector<bool> seen_later(const KeyRows& rows) {
  const auto n = static_cast<std::size_t>(rows.size());
  std::vector<bool> seen(n);
  for (std::size_t i = 0; i < n; ++i) {
    for (auto e = rows.starts[i]; e + 1 < rows.starts[i + 1]; ++e) {
      seen[static_cast<std::size_t>(rows.keys[static_cast<std::size_t>(e)])] = true;
    }
  }
  return seen;
}

DrawnQuery draw_later_query(std::uint32_t seed, std::uint32_t stream, std::int64_t key, std::int64_t n,
                            std::uint32_t heads) {
  constexpr std::uint64_t kBeyondDraws = std::uint64_t{1} << 32;  // the draws of a query lie below
  const random::Block bits = random::random_block(seed, random::Purpose::kGraphEdges, stream,
                                                  static_cast<std::uint32_t>(key), kBeyondDraws);
  const auto later = static_cast<std::uint32_t>(n - 1 - key);
  return {key + 1 + random::uniform_below(bits[0], later), random::uniform_below(bits[1], heads)};
}

KeyRows completed_by_next(const KeyRows& rows) {
  const std::vector<bool> seen = seen_later(rows);
  std::vector<AddedEdge> added;
  for (std::size_t key = 0; key + 1 < seen.size(); ++key) {
    if (!seen[key]) added.push_back({static_cast<std::int64_t>(key) + 1, static_cast<std::int32_t>(key)});
  }
  return with_edges(rows, std::move(added));
}

KeyRows completed_by_chance(const KeyRows& rows, std::uint32_t seed, std::uint32_t stream) {
  const std::vector<bool> seen = seen_later(rows);
  std::vector<AddedEdge> added;
  for (std::int64_t key = 0; key + 1 < rows.size(); ++key) {
    if (seen[static_cast<std::size_t>(key)]) continue;
    added.push_back(
        {draw_later_query(seed, stream, key, rows.size(), 1).query, static_cast<std::int32_t>(key)});
  }
  return with_edges(rows, std::move(added));
}

}  // namespace headsweep::graphs
