// Paired differences to the baseline arm, and what the sign-flip tests and Holm's correction say of them.
#include <algorithm>
#include <cmath>
#include <map>

#include "results/side_by_side.h"
#include "results/statistics/compare.h"
#include "results/statistics/holm.h"
#include "results/statistics/sign_flip.h"

namespace headsweep::results {
namespace {

constexpr std::size_t kTestsWorthAThread = 100;
constexpr std::size_t kMostThreads = 8;

// A pair of equal seeds: numbers of the trials within their arms; no baseline: there is none of that seed.
struct Pair {
  std::size_t trial;
  std::optional<std::size_t> baseline;
};

std::vector<Pair> pairs_of(const std::vector<Replicate>& trials, const std::vector<Replicate>& baselines) {
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const auto found = std::ranges::lower_bound(baselines, trials[i].seed, {}, &Replicate::seed);
    const bool exists = found != baselines.end() && found->seed == trials[i].seed;
    pairs.push_back({i, exists ? std::optional<std::size_t>(found - baselines.begin()) : std::nullopt});
  }
  return pairs;
}

// Two arms, the first compared to the second.
class Comparison {
 public:
  Comparison(std::size_t arm, std::size_t baseline, const Replicates& replicates,
             const MeasuredValues& values)
      : arm_(arm),
        baseline_(baseline),
        replicates_(replicates),
        values_(values),
        pairs_(pairs_of(replicates.trials[arm], replicates.trials[baseline])) {}

  [[nodiscard]] Difference at(std::size_t place) const {
    Difference result{.arm = arm_, .baseline = baseline_, .place = values_.places()[place]};
    std::vector<double> differences;
    for (const Pair& pair : pairs_) {
      const std::uint32_t seed = replicates_.trials[arm_][pair.trial].seed;
      const std::string broken = why_broken(pair, place);
      if (!broken.empty()) {
        result.broken.push_back({seed, broken});
        continue;
      }
      differences.push_back(values_.at(arm_, pair.trial, place).value -
                            values_.at(baseline_, *pair.baseline, place).value);
      result.seeds.push_back({seed, differences.back()});
    }
    result.estimate = estimate_mean(differences);
    return result;
  }

 private:
  // In the words of the view `pairs`.
  [[nodiscard]] std::string why_broken(const Pair& pair, std::size_t place) const {
    const std::string& state = replicates_.trials[arm_][pair.trial].state;
    if (state != "done") return "trial is " + state;
    if (!pair.baseline) return "no baseline trial";
    const std::string& baseline_state = replicates_.trials[baseline_][*pair.baseline].state;
    if (baseline_state != "done") return "baseline trial is " + baseline_state;
    const std::int64_t version = values_.version(arm_, pair.trial);
    const std::int64_t baseline_version = values_.version(baseline_, *pair.baseline);
    if (version == 0) return "not measured";
    if (baseline_version == 0) return "baseline not measured";
    if (version != baseline_version) return "metrics_version differs";
    if (std::isnan(values_.at(arm_, pair.trial, place).value)) return "undefined";
    if (std::isnan(values_.at(baseline_, *pair.baseline, place).value)) return "undefined in the baseline";
    return "";
  }

  std::size_t arm_;
  std::size_t baseline_;
  const Replicates& replicates_;
  const MeasuredValues& values_;
  std::vector<Pair> pairs_;
};

bool is_primary(const Place& place, const SweepAnalysis& analysis) {
  const std::string_view name = metrics::metric_info(place.metric).name;
  return place.layer == analysis.layers &&
         std::ranges::find(analysis.primary, name) != analysis.primary.end();
}

void test(Difference& difference, SignFlipTest& sign_flip) {
  std::vector<double> values;
  for (const SeedDifference& seed : difference.seeds) values.push_back(seed.difference);
  difference.smallest_p = smallest_sign_flip_p(std::ssize(values));
  difference.cannot_reject = difference.smallest_p > kAlpha;
  difference.p_exact = std::ssize(values) <= kMostExactPairs;
  if (std::ssize(values) >= kFewestPairs) difference.p = sign_flip.p_value(values);
}

// Threads take turns: with thousands of comparisons of many pairs the tests are most of what a query does. Signs follow from
// the plan hash and the number of pairs alone, so each thread may draw its own.
void test_all(const std::vector<Difference*>& tested, std::string_view plan_hash) {
  const std::size_t threads =
      std::clamp<std::size_t>(tested.size() / kTestsWorthAThread, 1, threads_at_once(kMostThreads));
  side_by_side(threads, [&](std::size_t first) {
    SignFlipTest sign_flip(plan_hash);
    for (std::size_t i = first; i < tested.size(); i += threads) test(*tested[i], sign_flip);
  });
}

// A test of the family that has no p-value counts as one that rejects nothing.
std::vector<double> padded(std::vector<double> p_values, std::int64_t family) {
  p_values.resize(std::max(p_values.size(), static_cast<std::size_t>(family)), 1);
  return holm_adjusted(p_values);
}

// What each test would be at most able to say: Holm's correction if every p were as small as its pairs allow. It only
// falls with any of the p-values, so a test that does not reject then never does.
void correct(const std::vector<Difference*>& confirmatory, std::span<const FamilyTest> known,
             std::int64_t family) {
  std::vector<double> p_values;
  std::vector<double> smallest;
  for (const Difference* difference : confirmatory) {
    p_values.push_back(difference->p.value_or(1));
    smallest.push_back(difference->smallest_p);
  }
  for (const FamilyTest& test : known) {
    p_values.push_back(test.p.value_or(1));
    smallest.push_back(smallest_sign_flip_p(test.pairs));
  }
  const std::vector<double> adjusted = padded(p_values, family);
  const std::vector<double> at_best = padded(smallest, family);
  for (std::size_t i = 0; i < confirmatory.size(); ++i) {
    if (confirmatory[i]->p) confirmatory[i]->holm_p = adjusted[i];
    confirmatory[i]->cannot_reject = at_best[i] > kAlpha;
  }
}

}  // namespace

std::string_view to_text(Label label) {
  return label == Label::kConfirmatory ? "confirmatory" : "exploratory";
}

std::vector<Difference> paired_differences(const Replicates& replicates, const MeasuredValues& values,
                                           const SweepAnalysis& analysis, std::size_t most) {
  std::map<std::string_view, std::size_t> by_hash;
  for (std::size_t i = 0; i < replicates.arms.size(); ++i) by_hash[replicates.arms[i].arm] = i;
  std::vector<Difference> differences;
  for (std::size_t arm = 0; arm < replicates.arms.size(); ++arm) {
    if (!replicates.arms[arm].baseline_arm) continue;
    const auto baseline = by_hash.find(*replicates.arms[arm].baseline_arm);
    if (baseline == by_hash.end()) continue;
    const Comparison comparison(arm, baseline->second, replicates, values);
    for (std::size_t place = 0; place < values.places().size(); ++place) {
      if (most == 0 || differences.size() < most || is_primary(values.places()[place], analysis))
        differences.push_back(comparison.at(place));
    }
  }
  return differences;
}

void test_differences(std::vector<Difference>& differences, const SweepAnalysis& analysis,
                      std::int64_t family, std::string_view plan_hash, bool withheld, bool confirmatory,
                      std::span<const FamilyTest> known, std::size_t most) {
  std::vector<Difference*> of_family;
  for (Difference& difference : differences) {
    if (!confirmatory || !is_primary(difference.place, analysis)) continue;
    difference.label = Label::kConfirmatory;
    of_family.push_back(&difference);
  }
  if (withheld) return;
  std::vector<Difference*> tested;
  for (std::size_t i = 0; i < differences.size(); ++i) {
    if (most == 0 || i < most || differences[i].label == Label::kConfirmatory)
      tested.push_back(&differences[i]);
  }
  test_all(tested, plan_hash);
  correct(of_family, known, family);
}

}  // namespace headsweep::results
