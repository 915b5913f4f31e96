#include "graphs/mixing.h"

#include <limits>
#include <string>
#include <vector>

#include "errors/user_error.h"
#include "graphs/number_text.h"
#include "graphs/walk_step.h"

namespace headsweep::graphs {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

// The probability of not being absorbed, by start, step after step.
class Survival {
 public:
  Survival(const CausalGraph& graph, Direction direction)
      : graph_(graph), direction_(direction), values_(static_cast<std::size_t>(graph.size()), 1.0) {
    // It stays zero: a walk leads from its end only to its end.
    (direction == Direction::kForward ? values_.back() : values_.front()) = 0;
  }

  void step() {
    if (direction_ == Direction::kForward) {
      sum_over_queries(graph_, Weights::kFlow, values_);
    } else {
      sum_over_keys(graph_, values_);
    }
  }

  [[nodiscard]] const std::vector<double>& values() const { return values_; }

 private:
  const CausalGraph& graph_;
  Direction direction_;
  std::vector<double> values_;
};

// Collects the first step at which each kind of start is mixed.
class FirstTimes {
 public:
  FirstTimes(const MixingRule& rule, std::size_t n)
      : rule_(rule),
        inner_(static_cast<double>(n - 1)),
        mixed_(n),
        times_(MixingTimes::never(static_cast<std::int64_t>(n))) {}

  void observe(const std::vector<double>& survival, std::int64_t t) {
    const double before = times_.survival;
    double worst = 0;
    double sum = 0;
    for (std::size_t i = 0; i < survival.size(); ++i) {
      sum += survival[i];
      if (survival[i] > worst) worst = survival[i];
      if (mixed_[i] == 0 && rule_.reached(survival[i])) {
        mixed_[i] = 1;
        total_ += t;
      }
    }
    times_.survival = worst;
    const auto steps = static_cast<double>(t);
    if (times_.uniform == kInfinity && rule_.reached(sum / (inner_ + 1))) times_.uniform = steps;
    if (times_.uniform_inner == kInfinity && rule_.reached(sum / inner_)) times_.uniform_inner = steps;
    if (rule_.reached(worst)) finish(steps, before);
  }

  [[nodiscard]] const MixingTimes& times() const { return times_; }

 private:
  void finish(double steps, double before) {
    times_.worst = steps;
    times_.censored = false;
    times_.mean = static_cast<double>(total_) / (inner_ + 1);
    times_.mean_inner = static_cast<double>(total_ - 1) / inner_;
    const double drop = before - times_.survival;
    times_.crossing = drop > 0 ? steps - 1 + (before - rule_.most_survival()) / drop : steps;
  }

  MixingRule rule_;
  double inner_;
  std::vector<char> mixed_;
  std::int64_t total_ = 0;
  MixingTimes times_;
};

}  // namespace

MixingTimes MixingTimes::never(std::int64_t n) {
  if (n == 1)
    return {kUndefined, kUndefined, kUndefined, kUndefined, kUndefined, kUndefined, kUndefined, false};
  return {kInfinity, kInfinity, kInfinity, kInfinity, kInfinity, 1, kInfinity, true};
}

void check_rule(const MixingRule& rule) {
  const double most = rule.norm == Norm::kL1 ? 2 : 1;
  if (!(rule.epsilon > 0 && rule.epsilon < most)) {
    throw UserError("epsilon = " + number_text(rule.epsilon) + "; it must lie between 0 and " +
                    number_text(most) +
                    (most == 1 ? " for the total variation distance" : " for the L1 norm"));
  }
}

MixingTimes mixing_times(const CausalGraph& graph, Direction direction, const MixingRule& rule,
                         std::int64_t most_steps) {
  if (graph.size() == 1) return MixingTimes::never(1);
  Survival survival(graph, direction);
  FirstTimes first(rule, static_cast<std::size_t>(graph.size()));
  for (std::int64_t t = 1; t <= most_steps && first.times().censored; ++t) {
    survival.step();
    first.observe(survival.values(), t);
  }
  return first.times();
}

}  // namespace headsweep::graphs
