#include "results/statistics/tables.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <set>

#include "results/cells.h"
#include "results/render.h"

namespace headsweep::results {
namespace {

bool is_walk_time(const Place& place) {
  return metrics::metric_info(place.metric).scale == metrics::Scale::kWalkTime;
}

// A number where it is one, as in the views.
Cell layer_cell(const std::string& layer) {
  std::int64_t number = 0;
  const auto read = std::from_chars(layer.data(), layer.data() + layer.size(), number);
  return read.ec == std::errc() ? Cell(number) : Cell(layer);
}

std::string at_text(ComparedAt at) {
  return at == ComparedAt::kSteps ? "steps" : "accuracy";
}

// What `value` is for each of its arms, in the order of head counts: "0.98, 0.97"; "-" where there is none.
std::string of_arms(const Trend& trend, const Statistics& statistics,
                    const std::function<double(const Arm&)>& value) {
  std::string text;
  for (const std::size_t arm : trend.arms) {
    const double number = value(statistics.arms[arm]);
    text += (text.empty() ? "" : ", ") + (std::isnan(number) ? "-" : readable_number(number));
  }
  return text;
}

// "2 x trial is failed, baseline trial is failed"
std::string reasons(const std::vector<BrokenPair>& broken) {
  std::set<std::string> kinds;
  for (const BrokenPair& pair : broken) kinds.insert(pair.reason);
  std::string text;
  for (const std::string& kind : kinds) {
    const auto count = std::ranges::count(broken, kind, &BrokenPair::reason);
    text += (text.empty() ? "" : ", ") + (count > 1 ? std::to_string(count) + " x " : "") + kind;
  }
  return text;
}

class Rows {
 public:
  explicit Rows(const Statistics& statistics) : statistics_(statistics) {}

  // Columns are named when the first row is made.
  void begin() { row_.clear(), naming_ = table_.columns.empty(); }
  void add(const std::string& column, Cell cell) {
    if (naming_) table_.columns.push_back(column);
    row_.push_back(std::move(cell));
  }
  void end() { table_.rows.push_back(std::move(row_)); }

  void add_place(const Place& place) {
    add("layer", layer_cell(place.layer));
    add("split", statistics_.split);
    add("metric", std::string(metrics::metric_info(place.metric).name));
    add("at", at_text(statistics_.at));
  }
  void add_axes(const std::vector<AxisValue>& axes) {
    for (const AxisValue& axis : axes) add(axis.column, axis.value);
  }
  void add_arm(const Arm& arm) {
    add("task", arm.task);
    add("heads", arm.heads);
    add_axes(arm.axes);
  }
  void add_difference(const std::string& name, const Estimate& estimate, const Place& place) {
    add(name, real_cell(estimate.mean));
    add(name + "_low", real_cell(estimate.low));
    add(name + "_high", real_cell(estimate.high));
    add(name + "_sd", real_cell(estimate.sd));
    const auto ratio = [&](double logarithm) {
      return is_walk_time(place) ? real_cell(std::pow(10, logarithm)) : Cell();
    };
    add("ratio", ratio(estimate.mean));
    add("ratio_low", ratio(estimate.low));
    add("ratio_high", ratio(estimate.high));
  }
  Table take() { return std::move(table_); }

 private:
  const Statistics& statistics_;
  Table table_;
  std::vector<Cell> row_;
  bool naming_ = true;
};

std::string note(const Difference& difference, const Statistics& statistics) {
  if (!statistics.p_values_withheld.empty()) return statistics.p_values_withheld;
  if (!difference.cannot_reject) return difference.p_exact ? "" : "p by Monte Carlo";
  return "cannot reject at this n";
}

void add_skill(Rows& rows, const Arm& arm) {
  rows.add("accuracy", real_cell(arm.accuracy));
  rows.add("failure_rate", real_cell(arm.failure_rate()));
  rows.add("divergence_rate", real_cell(arm.divergence_rate()));
}

}  // namespace

Table differences_table(const Statistics& statistics) {
  Rows rows(statistics);
  for (const Difference& one : statistics.differences) {
    const Arm& arm = statistics.arms[one.arm];
    const Arm& baseline = statistics.arms[one.baseline];
    rows.begin();
    rows.add_arm(arm);
    rows.add("baseline", baseline.label);
    rows.add_place(one.place);
    rows.add("n", one.estimate.n);
    rows.add("broken", std::ssize(one.broken));
    rows.add_difference("difference", one.estimate, one.place);
    rows.add("p", one.p ? real_cell(*one.p) : Cell());
    rows.add("smallest_p", statistics.p_values_withheld.empty() ? real_cell(one.smallest_p) : Cell());
    rows.add("holm_p", one.holm_p ? real_cell(*one.holm_p) : Cell());
    rows.add("label", std::string(to_text(one.label)));
    rows.add("note", text_cell(note(one, statistics)));
    add_skill(rows, arm);
    rows.add("baseline_accuracy", real_cell(baseline.accuracy));
    rows.add("baseline_failure_rate", real_cell(baseline.failure_rate()));
    rows.add("baseline_divergence_rate", real_cell(baseline.divergence_rate()));
    rows.add("broken_reasons", text_cell(reasons(one.broken)));
    rows.add("arm", arm.arm);
    rows.add("baseline_arm", baseline.arm);
    rows.end();
  }
  return rows.take();
}

Table trends_table(const Statistics& statistics) {
  Rows rows(statistics);
  for (const Trend& one : statistics.trends) {
    const auto list = [&](const std::function<double(const Arm&)>& value) {
      return of_arms(one, statistics, value);
    };
    rows.begin();
    rows.add("task", one.task);
    rows.add("heads", list([](const Arm& arm) { return static_cast<double>(arm.heads); }));
    rows.add_axes(one.group);
    rows.add_place(one.place);
    rows.add("n", one.slope.n);
    rows.add("broken", std::ssize(one.broken));
    rows.add_difference("slope", one.slope, one.place);
    rows.add("p", real_cell(one.p));
    rows.add("label", std::string(to_text(Label::kExploratory)));
    rows.add("note", text_cell(statistics.p_values_withheld));
    rows.add("accuracy", list(&Arm::accuracy));
    rows.add("failure_rate", list(&Arm::failure_rate));
    rows.add("divergence_rate", list(&Arm::divergence_rate));
    rows.add("broken_reasons", text_cell(reasons(one.broken)));
    rows.end();
  }
  return rows.take();
}

Table nulls_table(const Statistics& statistics) {
  Rows rows(statistics);
  for (const NullDifference& one : statistics.nulls) {
    const Arm& arm = statistics.arms[one.arm];
    rows.begin();
    rows.add_arm(arm);
    rows.add_place(one.place);
    rows.add("null", one.null);
    rows.add("null_value", real_cell(one.null_value));
    rows.add("n", one.difference.n);
    rows.add_difference("difference", one.difference, one.place);
    rows.add("label", std::string(to_text(Label::kExploratory)));
    add_skill(rows, arm);
    rows.add("arm", arm.arm);
    rows.end();
  }
  return rows.take();
}

}  // namespace headsweep::results
