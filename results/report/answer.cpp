#include "results/report/answer.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "results/report/number_text.h"
#include "results/report/planes.h"
#include "results/report/two_stage_rule.h"
#include "results/statistics/holm.h"
#include "results/statistics/sign_flip.h"

namespace headsweep::report {
namespace {

using metrics::Metric;
using results::Arm;
using results::Difference;
using results::Statistics;

// As many sentences as a first screen takes.
constexpr std::size_t kMostSentences = 8;

bool is_walk_time(Metric metric) {
  return metrics::metric_info(metric).scale == metrics::Scale::kWalkTime;
}

bool is_fraction(Metric metric) {
  return metrics::metric_info(metric).unit == "fraction";
}

std::string metric_text(Metric metric) {
  switch (metric) {
    case Metric::kMixingTimePaper:
      return "the paper's mixing time";
    case Metric::kMixingTimeForward:
      return "forward mixing time";
    case Metric::kMixingTimeBackward:
      return "backward mixing time";
    case Metric::kHittingTimeForwardMean:
      return "the mean forward hitting time (tokens to the sink)";
    case Metric::kHittingTimeBackwardMean:
      return "the mean backward hitting time (to position 0)";
    case Metric::kFidelityMinInner:
      return "fidelity, the sink left out,";
    case Metric::kFidelityMin:
      return "fidelity, the sink included,";
    default:
      return std::string(metrics::metric_info(metric).name);
  }
}

std::string change_text(Metric metric, double shown) {
  if (is_walk_time(metric)) return number_text(shown) + " times";
  return is_fraction(metric) ? signed_points(shown) + " percentage points"
                             : (shown < 0 ? "" : "+") + number_text(shown) + " steps";
}

std::string bound_text(Metric metric, double shown) {
  return is_fraction(metric) ? signed_points(shown) : number_text(shown);
}

std::string effect_text(const Difference& difference) {
  const Metric metric = difference.place.metric;
  const auto shown = [&](double value) { return readable_difference(metric, value); };
  const results::Estimate& estimate = difference.estimate;
  std::string text = is_walk_time(metric) ? " is " : " changes by ";
  text += change_text(metric, shown(estimate.mean)) + (is_walk_time(metric) ? " the baseline's" : "");
  if (!std::isnan(estimate.low)) {
    text += " (95% interval " + bound_text(metric, shown(estimate.low)) + " to " +
            bound_text(metric, shown(estimate.high)) + ", " + std::to_string(estimate.n) + " pairs";
    if (difference.p) {
      text += ", p = " + number_text(*difference.p) + " where " + number_text(difference.smallest_p) +
              " is the smallest possible";
    }
    if (difference.holm_p) text += ", Holm p = " + number_text(*difference.holm_p);
    text += ")";
  }
  return text;
}

std::string null_text(const std::string& name) {
  if (name == "untrained") return "untrained models";
  if (name == "permuted") return "the same heads with shuffled keys";
  return name;
}

// The two nulls that can move with the arm: whether the interval leaves out how far they do.
std::string beyond_nulls_text(const ConfirmatoryTest& test) {
  const Difference& difference = *test.difference;
  const Metric metric = difference.place.metric;
  if (std::isnan(difference.estimate.low)) return "";
  const double low = readable_difference(metric, difference.estimate.low);
  const double high = readable_difference(metric, difference.estimate.high);
  std::string text;
  for (const auto& [name, change] : test.null_changes) {
    if (name != "untrained" && name != "permuted") continue;
    if (std::isnan(change)) continue;
    const bool outside = change < low || change > high;
    text += (text.empty() ? "Between the same arms " : ", ") + null_text(name) + " move by " +
            (is_walk_time(metric) ? "a factor of " + number_text(change) : change_text(metric, change)) +
            (outside ? " (outside the interval)" : " (inside the interval)");
  }
  return text.empty() ? "" : text + ".";
}

Json sentence(const Statistics& statistics, const ConfirmatoryTest& test, const std::string& others) {
  const Difference& difference = *test.difference;
  std::string word = verdict(statistics, difference);
  word.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(word.front())));
  std::string text = statistics.arms[difference.arm].label + ": " + metric_text(difference.place.metric);
  text +=
      difference.estimate.n == 0 ? " cannot be compared: no seed has both trials" : effect_text(difference);
  std::string detail = beyond_nulls_text(test);
  if (!others.empty()) detail += (detail.empty() ? "" : " ") + others;
  return {{"verdict", word},
          {"tone", is_established(difference) ? "established" : ""},
          {"text", text + "."},
          {"detail", detail}};
}

double effect_size(const ConfirmatoryTest& test) {
  const results::Estimate& estimate = test.difference->estimate;
  return std::isnan(estimate.mean) ? -1 : std::abs(estimate.mean);
}

std::string others_text(const std::vector<const ConfirmatoryTest*>& group) {
  if (group.size() < 2) return "";
  const auto established = std::ranges::count_if(
      group, [](const ConfirmatoryTest* test) { return is_established(*test->difference); });
  return "Largest of " + std::to_string(group.size()) + " comparisons of this task and metric, " +
         std::to_string(established) + " of them established.";
}

Json sentences_json(const Statistics& statistics, const std::vector<ConfirmatoryTest>& tests) {
  Json sentences = Json::array();
  if (tests.size() <= kMostSentences) {
    for (const ConfirmatoryTest& test : tests) sentences.push_back(sentence(statistics, test, ""));
    return sentences;
  }
  std::vector<std::pair<std::string, Metric>> order;
  std::map<std::pair<std::string, Metric>, std::vector<const ConfirmatoryTest*>> groups;
  for (const ConfirmatoryTest& test : tests) {
    const std::pair key(statistics.arms[test.difference->arm].task, test.difference->place.metric);
    if (groups[key].empty()) order.push_back(key);
    groups[key].push_back(&test);
  }
  for (const auto& key : order) {
    const auto& group = groups.at(key);
    const ConfirmatoryTest* const largest =
        *std::ranges::max_element(group, {}, [](const ConfirmatoryTest* test) { return effect_size(*test); });
    sentences.push_back(sentence(statistics, *largest, others_text(group)));
  }
  return sentences;
}

Json warnings_json(const Statistics& statistics, const results::Status& status, bool rule_decided) {
  Json warnings = Json::array();
  if (statistics.analysis.replicate && !rule_decided) {
    warnings.push_back(
        "The rule of [replicate] has not decided yet: it waits for the first seeds of all arms. Until then "
        "no "
        "interval here is a result.");
  }
  if (status.unfinished() > 0) {
    warnings.push_back("Not all is done: " + std::to_string(status.unfinished()) + " of " +
                       std::to_string(status.trials()) +
                       " trials are still to come. What stands here may change.");
  }
  std::int64_t failed = 0;
  for (const Arm& arm : statistics.arms) failed += arm.failed;
  if (failed > 0) {
    warnings.push_back(std::to_string(failed) + (failed == 1 ? " trial" : " trials") +
                       " failed. Failures are not random: the arms that lost some are compared by those that "
                       "survived.");
  }
  return warnings;
}

// What "established" means, and what so many pairs cannot say.
std::string test_text(const Statistics& statistics, const std::vector<ConfirmatoryTest>& tests) {
  std::string note =
      "Established: the sign-flip permutation test of the paired differences, corrected by Holm over the " +
      std::to_string(statistics.family) +
      " tests that the sweep fixed before its first trial, rejects “no difference” at 5%.";
  const bool cannot =
      std::ranges::any_of(tests, [](const ConfirmatoryTest& test) { return test.difference->cannot_reject; });
  if (cannot) {
    note += " With n pairs its p cannot be below 2^(1-n): " +
            std::to_string(results::pairs_to_reject(statistics.family)) +
            " pairs are needed for a family of this size. More seeds: --extend.";
  }
  return note;
}

Json notes_json(const Statistics& statistics, const std::vector<ConfirmatoryTest>& tests) {
  Json notes = Json::array();
  if (tests.empty()) {
    notes.push_back(
        statistics.analysis.primary.empty()
            ? "The sweep names no primary metric ([analysis] primary) for the comparisons it is made for: "
              "everything below is exploratory."
            : "No comparison of the sweep's [analysis] can be made: no arm has a baseline.");
    return notes;
  }
  notes.push_back(statistics.analysis.replicate ? rule_text(statistics) : test_text(statistics, tests));
  const bool copy = std::ranges::any_of(statistics.arms, [](const Arm& arm) { return arm.task == "copy"; });
  if (copy) {
    notes.push_back(
        "The task copy needs no attention: its comparisons show what training leaves behind "
        "where nothing is asked of heads.");
  }
  return notes;
}

// What the comparisons with the baseline ask.
std::string question(const results::SweepAnalysis& analysis) {
  std::string varied;
  for (const auto& [setting, value] : analysis.baseline) {
    const std::string name = setting.substr(setting.find('.') + 1);
    varied += (varied.empty() ? "" : " and ") + (name == "heads" ? "the number of heads" : name);
  }
  if (varied.empty()) return "Mixing and fidelity at equal parameters";
  return (analysis.baseline.size() > 1 ? "Do " : "Does ") + varied +
         " change mixing and fidelity at equal parameters?";
}

}  // namespace

std::string baseline_label(const results::SweepAnalysis& analysis) {
  std::string label;
  for (const auto& [setting, value] : analysis.baseline) {
    const Json shown = cell_json(value);
    const std::string text = shown.is_string() ? shown.get<std::string>() : shown.dump();
    const std::string name = setting.substr(setting.find('.') + 1);
    label += label.empty() ? "" : ", ";
    label += name == "heads" ? text + (text == "1" ? " head" : " heads") : name + " " + text;
  }
  return label.empty() ? "the baseline" : label;
}

Json answer_json(const Statistics& statistics, const std::vector<ConfirmatoryTest>& tests,
                 const results::Status& status, bool rule_decided) {
  return {{"question", question(statistics.analysis)},
          {"warnings", warnings_json(statistics, status, rule_decided)},
          {"sentences", sentences_json(statistics, tests)},
          {"notes", notes_json(statistics, tests)}};
}

}  // namespace headsweep::report
