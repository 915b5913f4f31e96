// What `headsweep graph` prints of a measurement: one JSON document, or tables.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/graph_metrics.h"
#include "graphs/best_weights.h"
#include "graphs/bounds.h"
#include "graphs/graph_file.h"
#include "graphs/measure.h"

namespace headsweep::cli {

// The weights found by --optimize, and the combination with them.
struct BestCombination {
  std::string objective;  // fidelity | mixing | hitting
  std::string direction;  // forward | backward
  graphs::BestWeights search;
  graphs::GraphMeasurement measured;
};

struct GraphReport {
  std::string family;  // of all heads: "window", "window, random", "file"
  graphs::HeadSet heads;
  graphs::MeasureOptions options;
  graphs::Measurement measured;
  std::vector<std::vector<graphs::BoundCheck>> bounds;  // one a head, then the combination of several
  std::optional<BestCombination> best;
  bool nodes = false;       // values of every position even of large graphs, and in tables
  bool all_checks = false;  // every bound in tables, not their number

  [[nodiscard]] std::int64_t violations() const;
};

// Measures and checks `heads`; `best` is left empty.
GraphReport measure_report(std::string family, graphs::HeadSet heads, const graphs::MeasureOptions& options);

// {"family", "n", ..., "heads": [...], "combined": {...}}, the metrics with their names. End with a newline.
std::string graph_json(const GraphReport& report);
std::string graph_text(const GraphReport& report);

// One line of a table over n: the combination's values.
struct GrowthRow {
  std::string family;
  std::int64_t n;
  std::int64_t edges;
  NamedValues values;
  std::int64_t violations;
};
GrowthRow growth_row(const GraphReport& report);

// How families grow with n. `format`: json (a list of objects) | table.
std::string growth_text(const std::vector<GrowthRow>& rows, const std::string& format);

}  // namespace headsweep::cli
