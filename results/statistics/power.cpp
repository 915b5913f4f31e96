#include "results/statistics/power.h"

#include "results/render.h"
#include "results/statistics/holm.h"
#include "results/statistics/sign_flip.h"
#include "sweep/expansion.h"

namespace headsweep::results {

std::int64_t confirmatory_tests(const sweep::Plan& plan) {
  const auto primary = std::ssize(plan.sweep.analysis.primary);
  if (primary == 0 || plan.sweep.analysis.baseline.empty()) return 0;
  const sweep::Expansion expansion(plan.sweep);
  std::int64_t arms = 0;
  for (std::size_t first = 0; first < plan.trials.size(); first += plan.sweep.seeds.size()) {
    if (expansion.baseline_arm(plan.trials[first].combination)) ++arms;
  }
  return arms * primary;
}

std::optional<std::string> too_few_seeds(const sweep::Plan& plan) {
  if (plan.sweep.replicate) return std::nullopt;
  const std::int64_t tests = confirmatory_tests(plan);
  const auto seeds = std::ssize(plan.sweep.seeds);
  const double smallest = smallest_sign_flip_p(seeds);
  const bool reaches = seeds >= kFewestPairs && smallest * static_cast<double>(tests) <= kAlpha;
  if (tests == 0 || reaches) return std::nullopt;
  const bool exact = seeds <= kMostExactPairs;
  return std::to_string(seeds) + (seeds == 1 ? " seed" : " seeds") +
         " cannot reject: the smallest p-value is " +
         (exact ? "2^" + std::to_string(1 - seeds) + " = " : "by Monte Carlo ") + readable_number(smallest) +
         ", above " + readable_number(kAlpha) + " / " + std::to_string(tests) + " (Holm, " +
         std::to_string(tests) + " tests of [analysis]); it takes " + std::to_string(pairs_to_reject(tests)) +
         " seeds" +
         (exact ? "" : ", and at most " + std::to_string(kMostExactPairs) + ", whose tests are exact");
}

}  // namespace headsweep::results
