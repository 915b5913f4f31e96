// A causal graph of positions: who attends to whom, with the weights of both walks. Sparse, for up to 10^8 edges.
//
// Positions 0 ... n-1; an edge leads from a key to a later query (or to itself), so the order of positions is a
// topological order, position n-1 is the sink and position 0 the source. Two weights an edge:
//   attention c(i, j): what query i takes from key j; rows sum to one. Fidelity and the backward walk use it.
//   flow W(i, j): where the token at key j goes; columns sum to one. The forward walk uses it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace headsweep::graphs {

inline constexpr std::int64_t kMaxEdges = 100'000'000;  // self loops included; 20 bytes each

// Allowed distance of a row's sum, and of the sum of head weights, from one. Nothing is renormalised.
inline constexpr double kSumTolerance = 1e-9;

// The keys of every query, row by row: row i is keys[starts[i]] ... keys[starts[i + 1] - 1], ascending, and ends with
// i itself (the self loop).
struct KeyRows {
  std::vector<std::int64_t> starts = {0};  // n + 1 elements
  std::vector<std::int32_t> keys;

  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(starts.size()) - 1; }
  void finish_row() { starts.push_back(static_cast<std::int64_t>(keys.size())); }
};

class CausalGraph {
 public:
  // Uniform weights: c = 1 / indegree of the query, W = 1 / outdegree of the key, self loops counted.
  static CausalGraph uniform(KeyRows rows);

  // `attention`: one weight a key of `rows`, >= 0, each row summing to one. W is each column divided by its sum; a key
  // that no query attends to, itself included, stays where it is (W(j, j) = 1).
  static CausalGraph weighted(KeyRows rows, std::vector<double> attention);

  // Both weights given; as combine() makes them.
  CausalGraph(KeyRows rows, std::vector<double> attention, std::vector<double> flow);

  [[nodiscard]] std::int64_t size() const { return rows_.size(); }
  [[nodiscard]] std::int64_t edges() const { return static_cast<std::int64_t>(rows_.keys.size()); }

  // Of one query, ascending by key; the last entry is the query itself.
  [[nodiscard]] std::span<const std::int32_t> keys(std::int64_t query) const {
    return part(rows_.keys, query);
  }
  [[nodiscard]] std::span<const double> attention(std::int64_t query) const {
    return part(attention_, query);
  }
  [[nodiscard]] std::span<const double> flow(std::int64_t query) const { return part(flow_, query); }

 private:
  template <typename T>
  [[nodiscard]] std::span<const T> part(const std::vector<T>& all, std::int64_t query) const {
    const auto begin = static_cast<std::size_t>(rows_.starts[static_cast<std::size_t>(query)]);
    const auto end = static_cast<std::size_t>(rows_.starts[static_cast<std::size_t>(query) + 1]);
    return {all.data() + begin, end - begin};
  }

  KeyRows rows_;
  std::vector<double> attention_;
  std::vector<double> flow_;
};

}  // namespace headsweep::graphs
