#include "graphs/bounds.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "graphs/closed_forms.h"

namespace headsweep::graphs {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

BoundCheck at_most(std::string name, std::string statement, double value, double limit) {
  const bool applies = std::isfinite(value) && std::isfinite(limit);
  const bool holds = value <= limit + kBoundSlack * std::abs(limit);
  return {std::move(name), std::move(statement), applies ? value : kUndefined, applies ? limit : kUndefined,
          applies ? (holds ? Verdict::kHolds : Verdict::kViolated) : Verdict::kDoesNotApply};
}

struct WalkFacts {
  std::string direction;
  const HittingTimes& hitting;
  const MixingTimes& mixing;
};

// The mixing time, or a number that it exceeds. A walk that was cut refutes a bound below the cut and no other.
double mixing_at_least(const WalkFacts& walk, double limit, double steps_taken) {
  if (!walk.mixing.censored) return walk.mixing.worst;
  return std::isfinite(walk.hitting.max) && limit < steps_taken ? steps_taken + 1 : kUndefined;
}

void append_walk_bounds(const WalkFacts& walk, std::int64_t n, double epsilon, double steps_taken,
                        std::vector<BoundCheck>& checks) {
  const auto last = static_cast<double>(n - 1);
  const double p = walk.hitting.progress;
  const double progress =
      p > 0 ? std::ceil(std::max(2 * last / p, 2 * std::log(1 / epsilon) / (p * p))) : kUndefined;
  checks.push_back(at_most("progress_" + walk.direction, "T <= ceil(max(2 N / p, 2 ln(1/epsilon) / p^2))",
                           mixing_at_least(walk, progress, steps_taken), progress));
  checks.push_back(at_most("hitting_" + walk.direction, "max t <= N / p", walk.hitting.max,
                           p > 0 ? last / p : kUndefined));
  const double markov = std::ceil(walk.hitting.max / epsilon);
  checks.push_back(at_most("markov_" + walk.direction, "T <= ceil(max t / epsilon)",
                           mixing_at_least(walk, markov, steps_taken), markov));
  checks.push_back(at_most("restart_" + walk.direction, "max t <= T / (1 - epsilon)", walk.hitting.max,
                           walk.mixing.worst / (1 - epsilon)));
}

// The sink's visits before the walk reaches the source number t(sink), one of them at t = 0.
void append_fidelity_bounds(const GraphMeasurement& measured, std::int64_t n, double epsilon,
                            std::vector<BoundCheck>& checks) {
  const auto positions = static_cast<double>(n);
  const double from_sink = measured.hitting_backward.steps.back();
  checks.push_back(at_most("fidelity_hitting", "F <= n / N (t_backward(sink) - 1)",
                           measured.fidelity_normalised, positions / (positions - 1) * (from_sink - 1)));
  checks.push_back(at_most("fidelity_mixing", "F <= 2 / (1 - epsilon) T_backward: 8/3 T at epsilon = 1/4",
                           measured.fidelity_normalised, 2 / (1 - epsilon) * measured.mixing_backward.worst));
}

bool is_fidelity(metrics::Metric metric) {
  return metric == metrics::Metric::kFidelityMin || metric == metrics::Metric::kFidelityMinInner;
}

void append_closed_forms(const GraphMeasurement& measured, std::int64_t n, const FamilySpec& family,
                         std::vector<BoundCheck>& checks) {
  for (const ClosedForm& form : closed_forms(family, n)) {
    const std::string name(metrics::metric_info(form.metric).name);
    const double value = measured.values[form.metric];
    const bool agrees =
        value == form.value || std::abs(value - form.value) <= kBoundSlack * std::abs(form.value);
    const bool cut = is_fidelity(form.metric) && measured.fidelity.censored;
    checks.push_back({"closed_form_" + name, name + " of " + std::string(family_name(family.family)), value,
                      form.value,
                      cut ? Verdict::kDoesNotApply : (agrees ? Verdict::kHolds : Verdict::kViolated)});
  }
}

}  // namespace

std::vector<BoundCheck> check_bounds(const GraphMeasurement& measured, std::int64_t n, const MixingRule& rule,
                                     const std::optional<FamilySpec>& family) {
  std::vector<BoundCheck> checks;
  if (n < 2) return checks;
  const double epsilon = rule.most_survival();
  const auto steps = static_cast<double>(measured.steps);
  append_walk_bounds({"forward", measured.hitting_forward, measured.mixing_forward}, n, epsilon, steps,
                     checks);
  append_walk_bounds({"backward", measured.hitting_backward, measured.mixing_backward}, n, epsilon, steps,
                     checks);
  append_fidelity_bounds(measured, n, epsilon, checks);
  if (family) append_closed_forms(measured, n, *family, checks);
  return checks;
}

std::int64_t violations(const std::vector<BoundCheck>& checks) {
  return std::ranges::count(checks, Verdict::kViolated, &BoundCheck::verdict);
}

}  // namespace headsweep::graphs
