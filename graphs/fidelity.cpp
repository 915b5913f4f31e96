#include "graphs/fidelity.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "graphs/walk_step.h"

namespace headsweep::graphs {
namespace {

// The row (c^t)(n-1, .), step after step.
class SinkRow {
 public:
  explicit SinkRow(const CausalGraph& graph)
      : graph_(&graph),
        row_(static_cast<std::size_t>(graph.size())),
        moves_(static_cast<std::size_t>(graph.size())) {
    row_.back() = 1;
    for (std::int64_t i = 0; i < graph.size(); ++i) {
      const auto attention = graph.attention(i);
      const auto earlier = attention.first(attention.size() - 1);
      moves_[static_cast<std::size_t>(i)] =
          std::ranges::any_of(earlier, [](double c) { return c > 0; }) ? 1 : 0;
    }
  }

  void step() { sum_over_queries(*graph_, Weights::kAttention, row_); }

  // Mass at positions that see an earlier key. The rest stays where it is.
  [[nodiscard]] bool settled() const {
    double moving = 0;
    for (std::size_t i = 0; i < row_.size(); ++i) moving += moves_[i] != 0 ? row_[i] : 0.0;
    return moving <= kSettled;
  }

  [[nodiscard]] const CausalGraph& graph() const { return *graph_; }
  [[nodiscard]] const std::vector<double>& values() const { return row_; }

 private:
  const CausalGraph* graph_;
  std::vector<double> row_;
  std::vector<char> moves_;
};

void observe(std::span<const double> row, std::int64_t t, Fidelity& peaks) {
  for (std::size_t j = 0; j < row.size(); ++j) {
    if (row[j] > peaks.phi[j]) {
      peaks.phi[j] = row[j];
      peaks.step[j] = static_cast<std::int32_t>(t);
    }
  }
}

Fidelity no_peaks(std::int64_t n) {
  return {std::vector<double>(static_cast<std::size_t>(n)),
          std::vector<std::int32_t>(static_cast<std::size_t>(n)),
          std::numeric_limits<double>::quiet_NaN(),
          -1,
          0,
          false};
}

void take_minimum(Fidelity& peaks) {
  const auto inner = std::min_element(peaks.phi.begin(), peaks.phi.end() - 1);
  if (peaks.phi.size() > 1) {
    peaks.min_inner = *inner;
    peaks.argmin_inner = inner - peaks.phi.begin();
  }
  peaks.min_all = *std::ranges::min_element(peaks.phi);
}

}  // namespace

Fidelity fidelity(const CausalGraph& graph, std::optional<std::int64_t> horizon) {
  Fidelity result = no_peaks(graph.size());
  SinkRow row(graph);
  const std::int64_t limit = step_limit(graph, horizon);
  bool settled = false;
  for (std::int64_t t = 1; t <= limit && !settled; ++t) {
    row.step();
    observe(row.values(), t, result);
    settled = row.settled();
  }
  take_minimum(result);
  if (!settled && result.argmin_inner >= 0) {
    result.censored = may_still_rise(graph, row.values(), result.argmin_inner, result.min_inner);
  }
  return result;
}

double fidelity_parallel(std::span<const CausalGraph> heads, std::span<const double> weights,
                         std::optional<std::int64_t> horizon) {
  std::vector<SinkRow> rows;
  std::int64_t limit = std::numeric_limits<std::int64_t>::max();
  for (const CausalGraph& head : heads) {
    rows.emplace_back(head);
    limit = std::min(limit, step_limit(head, horizon));
  }
  const auto n = static_cast<std::size_t>(heads.front().size());
  Fidelity peaks = no_peaks(heads.front().size());
  std::vector<double> average(n);
  bool settled = false;
  for (std::int64_t t = 1; t <= limit && !settled; ++t) {
    std::ranges::fill(average, 0.0);
    settled = true;
    for (std::size_t h = 0; h < rows.size(); ++h) {
      rows[h].step();
      for (std::size_t j = 0; j < n; ++j) average[j] += weights[h] * rows[h].values()[j];
      settled = settled && rows[h].settled();
    }
    observe(average, t, peaks);
  }
  take_minimum(peaks);
  return peaks.min_inner;
}

}  // namespace headsweep::graphs
