#include "graphs/hitting.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace headsweep::graphs {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Expected steps and escape probabilities by position; at the walk's end both are 0.
struct Solved {
  std::vector<double> steps;
  std::vector<double> escape;
};

// From the sink down. Moves of probability zero are skipped: the time from their end may be infinite.
Solved solve_forward(const CausalGraph& graph) {
  const std::int64_t n = graph.size();
  Solved solved{std::vector<double>(static_cast<std::size_t>(n), 1.0),
                std::vector<double>(static_cast<std::size_t>(n))};
  for (std::int64_t i = n - 1; i >= 0; --i) {
    // Until its turn, steps[i] collects 1 + sum over later positions of W t.
    double& time = solved.steps[static_cast<std::size_t>(i)];
    double& escape = solved.escape[static_cast<std::size_t>(i)];
    time = i == n - 1 ? 0.0 : (escape > 0 ? time / escape : kInfinity);
    const auto keys = graph.keys(i);
    const auto flow = graph.flow(i);
    for (std::size_t e = 0; e + 1 < keys.size(); ++e) {
      const auto key = static_cast<std::size_t>(keys[e]);
      solved.escape[key] += flow[e];
      if (flow[e] > 0) solved.steps[key] += flow[e] * time;
    }
  }
  return solved;
}

Solved solve_backward(const CausalGraph& graph) {
  const std::int64_t n = graph.size();
  Solved solved{std::vector<double>(static_cast<std::size_t>(n)),
                std::vector<double>(static_cast<std::size_t>(n))};
  for (std::int64_t i = 1; i < n; ++i) {
    const auto keys = graph.keys(i);
    const auto attention = graph.attention(i);
    double expected = 1;
    double escape = 0;
    for (std::size_t e = 0; e + 1 < keys.size(); ++e) {
      escape += attention[e];
      if (attention[e] > 0) expected += attention[e] * solved.steps[static_cast<std::size_t>(keys[e])];
    }
    solved.escape[static_cast<std::size_t>(i)] = escape;
    solved.steps[static_cast<std::size_t>(i)] = escape > 0 ? expected / escape : kInfinity;
  }
  return solved;
}

}  // namespace

HittingTimes hitting_times(const CausalGraph& graph, Direction direction) {
  const bool forward = direction == Direction::kForward;
  Solved solved = forward ? solve_forward(graph) : solve_backward(graph);
  const std::int64_t n = graph.size();
  constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
  HittingTimes times{{}, kUndefined, kUndefined, kUndefined};
  if (n > 1) {
    const std::int64_t first = forward ? 0 : 1;
    double sum = 0;
    times.max = 0;
    times.progress = kInfinity;
    for (std::int64_t i = first; i < first + n - 1; ++i) {
      sum += solved.steps[static_cast<std::size_t>(i)];
      times.max = std::max(times.max, solved.steps[static_cast<std::size_t>(i)]);
      times.progress = std::min(times.progress, solved.escape[static_cast<std::size_t>(i)]);
    }
    times.mean = sum / static_cast<double>(n - 1);
  }
  times.steps = std::move(solved.steps);
  return times;
}

}  // namespace headsweep::graphs
