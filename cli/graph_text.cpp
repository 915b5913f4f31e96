#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include "cli/graph_metrics.h"
#include "cli/graph_report.h"
#include "graphs/number_text.h"
#include "results/render.h"

namespace headsweep::cli {
namespace {

using graphs::number_text;
using results::Cell;
using results::Table;

// Of a table over n: the metric, and a heading that leaves the table narrow.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kGrowthColumns = {
    {{"mixing_time_forward", "mixing fwd"},
     {"mixing_time_backward", "bwd"},
     {"hitting_time_forward_mean", "hitting fwd mean"},
     {"hitting_time_forward_max", "max"},
     {"hitting_time_backward_max", "bwd max"},
     {"fidelity_min_inner", "min fidelity"},
     {"fidelity_normalised", "F"},
     {"fidelity_censored", "censored"}}};

// NaN (undefined or cut) is empty; "inf" stays: the walk need not end.
Cell cell(double value) {
  return std::isnan(value) ? Cell() : Cell(value);
}

std::string aligned(const Table& table) {
  return results::render(table, results::Format::kTable);
}

std::string heading(const GraphReport& report) {
  const graphs::MixingRule& rule = report.options.mixing;
  const auto horizon = graphs::horizon_for(report.heads.size(), report.options);
  std::string text = report.heads.name.empty() ? report.family : report.heads.name;
  text += ": n = " + std::to_string(report.heads.size()) + ", heads " +
          std::to_string(report.heads.graphs.size());
  text += "; mixed at " + std::string(rule.norm == graphs::Norm::kL1 ? "L1" : "total variation") +
          " distance " + (rule.strict ? "< " : "<= ") + number_text(rule.epsilon);
  if (horizon) text += "; horizon " + std::to_string(*horizon) + " steps";
  return text + "\n\n";
}

// Metrics as rows; columns: each head of several, the combination, the best weights.
Table metrics_table(const GraphReport& report) {
  Table table{{"metric"}, {}};
  std::vector<NamedValues> columns;
  const auto add = [&](const std::string& name, const graphs::GraphMeasurement& measured) {
    table.columns.push_back(name);
    columns.push_back(named_values(measured));
  };
  for (std::size_t h = 0; h < report.measured.heads.size(); ++h) {
    add(report.heads.head_names[h], report.measured.heads[h]);
  }
  if (report.measured.heads.size() > 1) add("combined", report.measured.combined);
  if (report.best) add("best weights", report.best->measured);
  const NamedValues& all = columns[columns.size() - (report.best ? 2 : 1)];  // the combination has every name
  for (const auto& [name, value] : all) {
    std::vector<Cell> row = {name};
    for (const NamedValues& column : columns) {
      const auto found = std::ranges::find(column, name, &NamedValues::value_type::first);
      row.push_back(found == column.end() ? Cell() : cell(found->second));
    }
    const bool empty = std::all_of(row.begin() + 1, row.end(),
                                   [](const Cell& c) { return std::holds_alternative<std::monostate>(c); });
    if (!empty) table.rows.push_back(std::move(row));
  }
  return table;
}

std::string best_text(const BestCombination& best) {
  std::string text = "\nbest weights for " + best.objective;
  if (best.objective != "fidelity") text += " (" + best.direction + ")";
  text += ":";
  for (const double weight : best.search.weights) text += " " + number_text(weight);
  return text + "\n  " + number_text(best.search.value_given) + " with the weights given, " +
         number_text(best.search.value) + " with these" +
         (best.objective == "mixing" ? " (interpolated between steps); " : "; ") +
         std::to_string(best.search.evaluations) +
         " evaluations. No worse than any point of a lattice of step " +
         number_text(best.search.lattice_step) +
         "\n  and no single move of 2^-20 improves it; not a proof of the global optimum.\n";
}

std::string verdict_text(graphs::Verdict verdict) {
  switch (verdict) {
    case graphs::Verdict::kHolds:
      return "holds";
    case graphs::Verdict::kViolated:
      return "VIOLATED";
    case graphs::Verdict::kDoesNotApply:
      return "does not apply";
  }
  return "";
}

std::string checks_text(const GraphReport& report) {
  Table table{{"graph", "bound", "statement", "value", "limit", "verdict"}, {}};
  std::size_t holding = 0;
  std::size_t all = 0;
  for (std::size_t g = 0; g < report.bounds.size(); ++g) {
    const std::string name = g < report.heads.head_names.size() ? report.heads.head_names[g] : "combined";
    for (const graphs::BoundCheck& check : report.bounds[g]) {
      ++all;
      if (check.verdict == graphs::Verdict::kHolds) ++holding;
      if (!report.all_checks && check.verdict != graphs::Verdict::kViolated) continue;
      table.rows.push_back({name, check.name, check.statement, cell(check.value), cell(check.limit),
                            verdict_text(check.verdict)});
    }
  }
  const auto violated = static_cast<std::size_t>(report.violations());
  std::string text = "\nbounds: " + std::to_string(holding) + " hold, " + std::to_string(violated) +
                     " violated, " + std::to_string(all - holding - violated) + " do not apply\n";
  return table.rows.empty() ? text : text + "\n" + aligned(table);
}

std::string nodes_text(const GraphReport& report) {
  Table table{{"position", "name", "fidelity", "fidelity_t", "hitting_time_forward", "hitting_time_backward"},
              {}};
  const graphs::GraphMeasurement& combined = report.measured.combined;
  for (std::size_t i = 0; i < combined.fidelity.phi.size(); ++i) {
    const auto& names = report.heads.node_names;
    table.rows.push_back({static_cast<std::int64_t>(i), names.empty() ? Cell() : Cell(names[i]),
                          combined.fidelity.phi[i], std::int64_t{combined.fidelity.step[i]},
                          combined.hitting_forward.steps[i], combined.hitting_backward.steps[i]});
  }
  return "\n" + aligned(table);
}

// JSON has no infinity: NULL.
Cell growth_cell(double value, bool json) {
  return std::isnan(value) || (json && std::isinf(value)) ? Cell() : Cell(value);
}

}  // namespace

std::string graph_text(const GraphReport& report) {
  std::string text = heading(report) + aligned(metrics_table(report));
  if (report.best) text += best_text(*report.best);
  text += checks_text(report);
  if (report.nodes) text += nodes_text(report);
  return text;
}

std::string growth_text(const std::vector<GrowthRow>& rows, const std::string& format) {
  const bool json = format == "json";
  Table table{{"family", "n", "edges"}, {}};
  for (const auto& [metric, heading] : kGrowthColumns) table.columns.emplace_back(json ? metric : heading);
  table.columns.emplace_back("violations");
  for (const GrowthRow& growth : rows) {
    std::vector<Cell> row = {growth.family, growth.n, growth.edges};
    for (const auto& [metric, heading] : kGrowthColumns) {
      const double value = std::ranges::find(growth.values, metric, &NamedValues::value_type::first)->second;
      const bool whole = is_whole(std::string(metric)) && std::isfinite(value);
      row.push_back(whole ? Cell(static_cast<std::int64_t>(value)) : growth_cell(value, json));
    }
    row.emplace_back(growth.violations);
    table.rows.push_back(std::move(row));
  }
  return results::render(table, json ? results::Format::kJson : results::Format::kTable);
}

}  // namespace headsweep::cli
