// The graphs that a trial's heads are confined to, from its settings: the same in every layer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "graphs/head_graphs.h"
#include "trial/settings.h"

namespace headsweep::trial {

// What graphs::head_graphs() needs. Requires values that passed check_value().
graphs::HeadGraphSpec head_graph_spec(const Settings& settings);

// How many positions have no way to the sink in each head's graph, without changing heads: [heads]. Requires
// checked settings.
std::vector<std::int64_t> unreachable_positions(const Settings& settings);

// What is wrong where graphs that diversity.graph_connect wants connected would consist of added edges alone:
// a head ("each"), or all of them ("union"), in which every query sees only itself. Requires values that
// passed check_value().
[[nodiscard]] std::optional<std::string> check_head_graphs(const Settings& settings);

}  // namespace headsweep::trial
