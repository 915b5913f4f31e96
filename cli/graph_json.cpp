#include <cmath>

#include <nlohmann/json.hpp>

#include "cli/graph_metrics.h"
#include "cli/graph_report.h"

namespace headsweep::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kNodesByDefault = 1000;  // positions up to which their values are part of the document

Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json finite_list(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(number_or_null(value));
  return list;
}

Json bounds_json(const std::vector<graphs::BoundCheck>& checks) {
  Json list = Json::array();
  for (const graphs::BoundCheck& check : checks) {
    Json holds = check.verdict == graphs::Verdict::kDoesNotApply
                     ? Json(nullptr)
                     : Json(check.verdict == graphs::Verdict::kHolds);
    list.push_back({{"name", check.name},
                    {"statement", check.statement},
                    {"value", number_or_null(check.value)},
                    {"limit", number_or_null(check.limit)},
                    {"holds", std::move(holds)}});
  }
  return list;
}

void add_metrics(const graphs::GraphMeasurement& measured, bool nodes, Json& json) {
  json["edges"] = measured.edges;
  for (const auto& [name, value] : named_values(measured)) {
    const bool whole = is_whole(name) && std::isfinite(value);
    json[name] = whole ? Json(static_cast<std::int64_t>(value)) : number_or_null(value);
  }
  if (!nodes) return;
  json["node_fidelity"] = finite_list(measured.fidelity.phi);
  json["node_fidelity_t"] = measured.fidelity.step;
  json["node_hitting_time_forward"] = finite_list(measured.hitting_forward.steps);
  json["node_hitting_time_backward"] = finite_list(measured.hitting_backward.steps);
}

Json parameters_json(const graphs::FamilySpec& spec) {
  Json json = Json::object();
  for (const std::string_view name : graphs::family_parameters(spec.family)) {
    if (name == "width") json["width"] = spec.width;
    if (name == "dilation") json["dilation"] = spec.dilation;
    if (name == "degree") json["degree"] = spec.degree;
    if (name == "seed") json["seed"] = spec.seed;
  }
  return json;
}

Json head_json(const GraphReport& report, std::size_t h, bool nodes) {
  Json json = {{"head", h}, {"name", report.heads.head_names[h]}};
  if (const auto& spec = report.heads.families[h]) {
    json["family"] = graphs::family_name(spec->family);
    json["parameters"] = parameters_json(*spec);
  }
  add_metrics(report.measured.heads[h], nodes, json);
  json["bounds"] = bounds_json(report.bounds[h]);
  return json;
}

Json best_json(const BestCombination& best, bool nodes) {
  Json json = {{"objective", best.objective},
               {"direction", best.direction},
               {"weights", best.search.weights},
               {"value", number_or_null(best.search.value)},
               {"value_given", number_or_null(best.search.value_given)},
               {"lattice_step", best.search.lattice_step},
               {"evaluations", best.search.evaluations},
               {"guarantee",
                "no worse than any lattice point, head alone, equal or given weights; no single move of "
                "2^-20 improves it; not a proof of the global optimum"}};
  Json combined;
  add_metrics(best.measured, nodes, combined);
  json["combined"] = std::move(combined);
  return json;
}

Json definition_json(const GraphReport& report) {
  const graphs::MixingRule& rule = report.options.mixing;
  const auto horizon = graphs::horizon_for(report.heads.size(), report.options);
  return {{"norm", rule.norm == graphs::Norm::kL1 ? "l1" : "tv"},
          {"epsilon", rule.epsilon},
          {"strict", rule.strict},
          {"horizon", horizon ? Json(*horizon) : Json(nullptr)}};
}

}  // namespace

std::string graph_json(const GraphReport& report) {
  const bool nodes = report.nodes || report.heads.size() <= kNodesByDefault;
  Json json = {{"family", report.family}, {"n", report.heads.size()}};
  if (!report.heads.name.empty()) json["name"] = report.heads.name;
  if (!report.heads.node_names.empty()) json["nodes"] = report.heads.node_names;
  json["weights"] = report.heads.weights;
  json["definition"] = definition_json(report);
  json["heads"] = Json::array();
  for (std::size_t h = 0; h < report.measured.heads.size(); ++h)
    json["heads"].push_back(head_json(report, h, nodes));
  Json combined;
  add_metrics(report.measured.combined, nodes, combined);
  combined["bounds"] = bounds_json(report.bounds.back());
  json["combined"] = std::move(combined);
  json["violations"] = report.violations();
  if (report.best) json["best"] = best_json(*report.best, nodes);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace headsweep::cli
