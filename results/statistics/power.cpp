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
  const std::int64_t enough = pairs_to_reject(tests);
  if (tests == 0 || seeds >= enough) return std::nullopt;
  return std::to_string(seeds) + (seeds == 1 ? " seed" : " seeds") +
         " cannot reject: the smallest p-value is 2^" + std::to_string(1 - seeds) + " = " +
         readable_number(smallest_sign_flip_p(seeds)) + ", above " + readable_number(kAlpha) + " / " +
         std::to_string(tests) + " (Holm, " + std::to_string(tests) + " tests of [analysis]); it takes " +
         std::to_string(enough) + " seeds";
}

}  // namespace headsweep::results
