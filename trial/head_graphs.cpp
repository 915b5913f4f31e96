#include "trial/head_graphs.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "errors/check.h"

namespace headsweep::trial {
namespace {

using Spec = graphs::HeadGraphSpec;

// `names` in the order of the enumeration.
template <class Enum, std::size_t kCount>
Enum numbered(const std::string& name, const std::array<std::string_view, kCount>& names) {
  const auto found = std::ranges::find(names, name);
  check(found != names.end(), "checked settings have known names");
  return static_cast<Enum>(found - names.begin());
}

bool sees_only_itself(const Spec& spec, std::int64_t head, std::int64_t length) {
  const auto lag = graphs::smallest_lag(spec, head);
  return !lag || *lag >= length;
}

std::string window_text(const Settings& settings) {
  return "diversity.graph_window = " + std::to_string(settings.diversity.graph_window);
}

std::string head_problem(const Settings& settings, const Spec& spec, std::int64_t head) {
  const auto lag = graphs::smallest_lag(spec, head);
  const std::string why = lag ? "its shortest lag is " + std::to_string(*lag) +
                                    ", model.length = " + std::to_string(settings.model.length)
                              : window_text(settings);
  return "diversity.graph_connect = \"each\" asks for a path to the sink in head " + std::to_string(head) +
         ", which sees no position but the query's own (diversity.graph = \"" + settings.diversity.graph +
         "\", " + why + "); choose fewer heads, other lags, or graph_connect = \"union\" or \"none\"";
}

std::string union_problem(const Settings& settings, const Spec& spec) {
  const auto lag = graphs::smallest_lag(spec, 0);
  const std::string why = lag ? "diversity.graph_dilation = " + std::to_string(*lag) +
                                    ", model.length = " + std::to_string(settings.model.length)
                              : window_text(settings);
  return "diversity.graph_connect = \"union\" asks for a path to the sink, but no head sees a position other "
         "than the query's own (diversity.graph = \"" +
         settings.diversity.graph + "\", " + why + "); choose other lags or graph_connect = \"none\"";
}

}  // namespace

graphs::HeadGraphSpec head_graph_spec(const Settings& settings) {
  constexpr std::array<std::string_view, 4> kKinds = {"full", "window", "dilated", "random"};
  constexpr std::array<std::string_view, 3> kConnections = {"union", "each", "none"};
  const DiversitySettings& diversity = settings.diversity;
  return {
      .kind = numbered<Spec::Kind>(diversity.graph, kKinds),
      .shared = diversity.graph_shared,
      .connect = numbered<Spec::Connect>(diversity.graph_connect, kConnections),
      .heads = settings.model.heads,
      .window = diversity.graph_window,
      .dilation = diversity.graph_dilation,
      .degree = diversity.graph_degree,
      .seed = settings.seed,
  };
}

std::vector<std::int64_t> unreachable_positions(const Settings& settings) {
  const Spec spec = head_graph_spec(settings);
  std::vector<std::int64_t> counts(static_cast<std::size_t>(spec.heads));
  if (spec.kind == Spec::Kind::kFull) return counts;
  const std::vector<graphs::KeyRows> graphs = graphs::head_graphs(spec, settings.model.length);
  std::ranges::transform(graphs, counts.begin(), graphs::unreachable_positions);
  return counts;
}

std::optional<std::string> check_head_graphs(const Settings& settings) {
  const Spec spec = head_graph_spec(settings);
  if (spec.kind == Spec::Kind::kFull || spec.connect == Spec::Connect::kNone) return std::nullopt;
  bool all_bare = true;
  for (std::int64_t head = 0; head < spec.heads; ++head) {
    const bool is_bare = sees_only_itself(spec, head, settings.model.length);
    if (is_bare && spec.connect == Spec::Connect::kEach) return head_problem(settings, spec, head);
    all_bare = all_bare && is_bare;
  }
  return all_bare ? std::optional(union_problem(settings, spec)) : std::nullopt;
}

}  // namespace headsweep::trial
