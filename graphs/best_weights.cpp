#include "graphs/best_weights.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "errors/check.h"
#include "graphs/combine.h"
#include "graphs/walk_step.h"

namespace headsweep::graphs {
namespace {

using Point = std::vector<double>;

constexpr double kFirstMove = 0.25;
constexpr double kLastMove = 0x1p-20;
constexpr double kLeastGain = 1e-12;  // relative; less is rounding

// The number to make small.
class Cost {
 public:
  Cost(std::span<const CausalGraph> heads, Objective objective, Direction direction,
       const MeasureOptions& options)
      : heads_(heads),
        objective_(objective),
        direction_(direction),
        rule_(options.mixing),
        horizon_(horizon_for(heads.front().size(), options).value_or(kSearchHorizon)) {}

  double operator()(const Point& weights) {
    ++evaluations_;
    const CausalGraph graph = combine(heads_, weights);
    if (objective_ == Objective::kFidelity) {
      return -fidelity(graph, std::min(horizon_, step_limit(graph, {}))).min_inner;
    }
    const HittingTimes hitting = hitting_times(graph, direction_);
    if (objective_ == Objective::kHitting || std::isinf(hitting.max)) return hitting.mean;
    const std::int64_t steps = std::min(horizon_, step_limit(graph, {}));
    const MixingTimes times = mixing_times(graph, direction_, rule_, steps);
    // Above the horizon what is left there still says which of two is slower.
    return times.censored ? static_cast<double>(steps) + times.survival : times.crossing;
  }

  [[nodiscard]] std::int64_t evaluations() const { return evaluations_; }

 private:
  std::span<const CausalGraph> heads_;
  Objective objective_;
  Direction direction_;
  MixingRule rule_;
  std::int64_t horizon_;
  std::int64_t evaluations_ = 0;
};

bool better(double cost, double than) {
  if (std::isinf(than)) return cost < than;
  return cost < than - kLeastGain * std::abs(than);
}

// Keeps the best point seen.
class Search {
 public:
  Search(Cost& cost, Point start) : cost_(cost), best_(std::move(start)), lowest_(cost_(best_)) {}

  bool try_point(const Point& point) {
    const double cost = cost_(point);
    if (!better(cost, lowest_)) return false;
    best_ = point;
    lowest_ = cost;
    return true;
  }

  // Every point whose weights are multiples of 1 / parts, in lexicographic order.
  void try_lattice(std::int64_t parts) {
    std::vector<std::int64_t> counts(best_.size());
    try_lattice_from(0, parts, parts, counts);
  }

  // Moves of one size until none improves.
  void descend(double move) {
    for (bool improved = true; improved;) {
      improved = false;
      for (std::size_t to = 0; to < best_.size(); ++to) {
        for (std::size_t from = 0; from < best_.size(); ++from) {
          if (from != to) improved = try_transfer(from, to, move) || improved;
        }
        improved = try_towards(to, move) || improved;
        improved = try_towards(to, -move) || improved;
      }
    }
  }

  [[nodiscard]] const Point& best() const { return best_; }
  [[nodiscard]] double lowest() const { return lowest_; }

 private:
  void try_lattice_from(std::size_t head, std::int64_t left, std::int64_t parts,
                        std::vector<std::int64_t>& counts) {
    if (head + 1 < counts.size()) {
      for (counts[head] = 0; counts[head] <= left; ++counts[head]) {
        try_lattice_from(head + 1, left - counts[head], parts, counts);
      }
      return;
    }
    counts[head] = left;
    Point point(counts.size());
    std::ranges::transform(counts, point.begin(), [&](std::int64_t count) {
      return static_cast<double>(count) / static_cast<double>(parts);
    });
    try_point(point);
  }

  bool try_transfer(std::size_t from, std::size_t to, double move) {
    const double moved = std::min(move, best_[from]);
    if (!(moved > 0)) return false;
    Point point = best_;
    point[from] -= moved;
    point[to] += moved;
    return try_point(point);
  }

  // (1 - move) w + move e; a negative move leads away, at most until that head has no weight.
  bool try_towards(std::size_t head, double move) {
    const double alone = best_[head];
    if (alone >= 1) return false;
    const double part = std::max(move, -alone / (1 - alone));
    if (part == 0) return false;
    Point point = best_;
    for (double& weight : point) weight = std::max(0.0, (1 - part) * weight);
    point[head] = std::max(0.0, alone + part * (1 - alone));
    const double sum = std::accumulate(point.begin(), point.end(), 0.0);
    for (double& weight : point) weight /= sum;
    return try_point(point);
  }

  Cost& cost_;
  Point best_;
  double lowest_;
};

// The finest lattice of at most kLatticePoints points: binomial(parts + heads - 1, heads - 1) of them.
std::int64_t lattice_parts(std::size_t heads) {
  std::int64_t parts = 1;
  for (;; ++parts) {
    double points = 1;
    for (std::size_t h = 1; h < heads; ++h) {
      points *= static_cast<double>(parts + 1 + static_cast<std::int64_t>(h)) / static_cast<double>(h);
    }
    if (points > static_cast<double>(kLatticePoints)) return parts;
  }
}

}  // namespace

BestWeights best_weights(std::span<const CausalGraph> heads, std::span<const double> given,
                         Objective objective, Direction direction, const MeasureOptions& options) {
  check(heads.size() >= 2 && heads.size() == given.size(),
        "weights to choose are those of two heads or more");
  Cost cost(heads, objective, direction, options);
  Search search(cost, Point(given.begin(), given.end()));
  const double value_given = search.lowest();
  search.try_point(Point(heads.size(), 1.0 / static_cast<double>(heads.size())));
  const std::int64_t parts = lattice_parts(heads.size());
  search.try_lattice(parts);
  for (double move = kFirstMove; move >= kLastMove; move /= 2) search.descend(move);
  const double sign = objective == Objective::kFidelity ? -1 : 1;
  return {search.best(), sign * search.lowest(), sign * value_given, 1.0 / static_cast<double>(parts),
          cost.evaluations()};
}

}  // namespace headsweep::graphs
