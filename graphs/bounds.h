// What theory says of any measurement, checked: a violation is a mistake of the theory, of its conditions, or of us.
//
// With N = n - 1, epsilon the allowed probability of not being absorbed, p the progress probability, T the mixing time,
// t the hitting times, F = n * fidelity_min. Proofs and sources: docs/graph.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graphs/families.h"
#include "graphs/measure.h"

namespace headsweep::graphs {

enum class Verdict : std::uint8_t {
  kHolds,
  kViolated,
  kDoesNotApply,  // p = 0, a walk that need not end, or a value cut at the horizon that says nothing yet
};

struct BoundCheck {
  std::string name;       // "progress_forward", "closed_form_hitting_time_forward_mean", ...
  std::string statement;  // "T <= ceil(max(2 N / p, 2 ln(1/epsilon) / p^2))"
  double value;           // the left side, as measured; NaN where it does not apply
  double limit;           // the right side
  Verdict verdict;
};

// Relative slack for rounding.
inline constexpr double kBoundSlack = 1e-9;

// Every bound, for one head or the combination; `family`: its closed forms as well. Empty for n = 1.
std::vector<BoundCheck> check_bounds(const GraphMeasurement& measured, std::int64_t n, const MixingRule& rule,
                                     const std::optional<FamilySpec>& family);

std::int64_t violations(const std::vector<BoundCheck>& checks);

}  // namespace headsweep::graphs
