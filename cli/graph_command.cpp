// headsweep graph: the theory without training. Mixing time and fidelity of causal graphs, alone and together.

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/graph_report.h"
#include "errors/user_error.h"
#include "graphs/best_weights.h"
#include "graphs/combine.h"
#include "graphs/graph_file.h"

namespace headsweep::cli {
namespace {

struct GraphOptions {
  std::string file;
  std::vector<std::string> families;
  std::optional<std::int64_t> n;
  std::optional<std::int64_t> width;
  std::optional<std::int64_t> dilation;
  std::optional<std::int64_t> degree;
  std::optional<std::uint32_t> seed;
  std::int64_t heads = 1;
  std::vector<double> weights;
  double epsilon = 0.25;
  std::string norm = "tv";
  bool strict = false;
  std::optional<std::int64_t> horizon;
  std::string optimize;
  std::string direction = "forward";
  bool table = false;
  bool nodes = false;
  bool check = false;
  std::string format = "table";
};

graphs::MeasureOptions measure_options(const GraphOptions& options) {
  graphs::MeasureOptions measure;
  measure.mixing.norm = options.norm == "l1" ? graphs::Norm::kL1 : graphs::Norm::kTotalVariation;
  measure.mixing.epsilon = options.epsilon;
  measure.mixing.strict = options.strict;
  measure.horizon = options.horizon;
  graphs::check_rule(measure.mixing);
  return measure;
}

// Refuses a parameter that none of the families has.
void require_applicable(const GraphOptions& options, const std::vector<std::string>& families) {
  const std::vector<std::pair<std::string, bool>> given = {{"width", options.width.has_value()},
                                                           {"dilation", options.dilation.has_value()},
                                                           {"degree", options.degree.has_value()},
                                                           {"seed", options.seed.has_value()}};
  for (const auto& parameter : given) {
    const bool applies = std::ranges::any_of(families, [&](const std::string& family) {
      const auto parameters = graphs::family_parameters(graphs::family_of(family));
      return std::ranges::find(parameters, parameter.first) != parameters.end();
    });
    if (parameter.second && !applies) {
      throw UserError(
          "--" + parameter.first + " does not apply to " +
          (families.empty() ? "a graph file" : families.front()) +
          "; width belongs to window, dilated and layered, dilation to dilated, degree and seed to random");
    }
  }
}

graphs::HeadSet family_heads(const GraphOptions& options, const std::vector<std::string>& families,
                             std::int64_t n) {
  if (options.heads < 1)
    throw UserError("--heads " + std::to_string(options.heads) + "; it must be at least 1");
  graphs::HeadSet set;
  for (std::int64_t copy = 0; copy < options.heads; ++copy) {
    for (const std::string& family : families) {
      graphs::FamilySpec spec;
      spec.family = graphs::family_of(family);
      spec.width = options.width.value_or(spec.width);
      spec.dilation = options.dilation.value_or(spec.dilation);
      spec.degree = options.degree.value_or(spec.degree);
      spec.seed = options.seed.value_or(spec.seed);
      spec.head = static_cast<std::uint32_t>(set.graphs.size());
      const std::string name = families.size() * static_cast<std::size_t>(options.heads) == 1
                                   ? family
                                   : "head " + std::to_string(set.graphs.size()) + " (" + family + ")";
      set.add(name, spec, graphs::family_graph(spec, n));
    }
  }
  set.weights = graphs::equal_weights(set.graphs.size());
  return set;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

void take_weights(const GraphOptions& options, graphs::HeadSet& heads) {
  if (options.weights.empty()) return;
  graphs::check_weights(options.weights, heads.graphs.size(), "--weights");
  heads.weights = options.weights;
}

void optimise(const GraphOptions& options, GraphReport& report) {
  if (report.heads.graphs.size() < 2) throw UserError("--optimize needs two heads or more; there is one");
  const auto objective = options.optimize == "fidelity" ? graphs::Objective::kFidelity
                         : options.optimize == "mixing" ? graphs::Objective::kMixing
                                                        : graphs::Objective::kHitting;
  const auto direction =
      options.direction == "forward" ? graphs::Direction::kForward : graphs::Direction::kBackward;
  auto search =
      graphs::best_weights(report.heads.graphs, report.heads.weights, objective, direction, report.options);
  auto measured = graphs::measure_graph(graphs::combine(report.heads.graphs, search.weights), report.options);
  report.best = BestCombination{options.optimize, options.direction, std::move(search), std::move(measured)};
}

GraphReport single_report(const GraphOptions& options) {
  if (options.file.empty() == options.families.empty()) {
    throw UserError(
        "give either a graph file or --family with --n, as in headsweep graph --family window --n 64");
  }
  auto measure = measure_options(options);
  require_applicable(options, options.families);
  if (!options.file.empty()) {
    if (options.n || options.heads != 1)
      throw UserError("--n and --heads belong to --family; the file says both");
    graphs::HeadSet heads = graphs::read_graph_file(options.file);
    take_weights(options, heads);
    if (!measure.horizon) measure.horizon = heads.horizon;
    return measure_report("file", std::move(heads), measure);
  }
  if (!options.n)
    throw UserError("--n is missing: the number of positions, as in --family " + options.families.front() +
                    " --n 64");
  graphs::HeadSet heads = family_heads(options, options.families, *options.n);
  take_weights(options, heads);
  return measure_report(joined(options.families), std::move(heads), measure);
}

// The combination for n = 4, 8, ..., 4096; without --family every family alone.
int print_growth(const GraphOptions& options) {
  constexpr std::int64_t kSmallest = 4;
  constexpr std::int64_t kLargest = 4096;
  if (!options.file.empty() || options.n)
    throw UserError("--table goes through n = 4 ... 4096 of families: no file, no --n");
  if (!options.optimize.empty() || options.nodes)
    throw UserError("--table has neither --optimize nor --nodes");
  std::vector<std::vector<std::string>> series = {options.families};
  if (options.families.empty()) {
    series.clear();
    for (const std::string_view family : graphs::family_names()) series.push_back({std::string(family)});
  }
  const auto measure = measure_options(options);
  std::vector<GrowthRow> rows;
  std::int64_t violations = 0;
  for (const auto& families : series) {
    if (!options.families.empty()) require_applicable(options, families);
    for (std::int64_t n = kSmallest; n <= kLargest; n *= 2) {
      graphs::HeadSet heads = family_heads(options, families, n);
      take_weights(options, heads);
      rows.push_back(growth_row(measure_report(joined(families), std::move(heads), measure)));
      violations += rows.back().violations;
    }
  }
  std::cout << growth_text(rows, options.format);
  return options.check && violations > 0 ? kError : kDone;
}

int measure_graphs(const GraphOptions& options) {
  if (options.table) return print_growth(options);
  GraphReport report = single_report(options);
  report.nodes = options.nodes;
  report.all_checks = options.check;
  if (!options.optimize.empty()) optimise(options, report);
  std::cout << (options.format == "json" ? graph_json(report) : graph_text(report));
  return options.check && report.violations() > 0 ? kError : kDone;
}

void add_family_options(CLI::App& command, GraphOptions& options) {
  command.add_option("FILE", options.file, "TOML file: edges or a family per head");
  command
      .add_option("--family", options.families,
                  "line, full, window, dilated, star, layered or random; a head each")
      ->expected(1)
      ->take_all()
      ->type_name("NAME");
  command.add_option("--n", options.n, "positions");
  command.add_option("--width", options.width, "keys of a query, or positions of a layer [4]");
  command.add_option("--dilation", options.dilation, "of dilated [2]");
  command.add_option("--degree", options.degree, "keys of a query, of random [4]");
  command.add_option("--seed", options.seed, "of random [0]");
  command.add_option("--heads", options.heads, "copies of the families; random ones differ [1]");
  command.add_option("--weights", options.weights, "of the heads, as 0.5,0.5 [equal]")->delimiter(',');
}

void add_measure_options(CLI::App& command, GraphOptions& options) {
  command.add_option("--epsilon", options.epsilon, "distance at which a walk has mixed [0.25]");
  command.add_option("--norm", options.norm, "of the distance: tv or l1 [tv]")
      ->check(CLI::IsMember({"tv", "l1"}));
  command.add_flag("--strict", options.strict, "below epsilon instead of at most");
  command.add_option("--horizon", options.horizon, "cut fidelity and mixing there [100 above n = 10000]");
  command.add_option("--optimize", options.optimize, "best weights for fidelity, mixing or hitting")
      ->check(CLI::IsMember({"fidelity", "mixing", "hitting"}));
  command.add_option("--direction", options.direction, "of what is optimized [forward]")
      ->check(CLI::IsMember({"forward", "backward"}));
  command.add_flag("--table", options.table, "one row for each n = 4, 8, ..., 4096");
  command.add_flag("--nodes", options.nodes, "values of every position");
  command.add_flag("--check", options.check, "show every bound; exit 1 if one is violated");
  command.add_option("--format", options.format, "table or json")->check(CLI::IsMember({"table", "json"}));
}

}  // namespace

void add_graph_command(CLI::App& app, Action& chosen) {
  CLI::App* command =
      app.add_subcommand("graph", "Mixing time and fidelity of causal graphs, without training");
  auto options = std::make_shared<GraphOptions>();
  add_family_options(*command, *options);
  add_measure_options(*command, *options);
  command->footer("Example:\n  headsweep graph --family window --n 64 --width 4");
  command->callback([options, &chosen] { chosen = [options] { return measure_graphs(*options); }; });
}

}  // namespace headsweep::cli
