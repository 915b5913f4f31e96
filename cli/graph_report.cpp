#include "cli/graph_report.h"

#include <utility>

namespace headsweep::cli {

std::int64_t GraphReport::violations() const {
  std::int64_t sum = 0;
  for (const auto& checks : bounds) sum += graphs::violations(checks);
  return sum;
}

GraphReport measure_report(std::string family, graphs::HeadSet heads, const graphs::MeasureOptions& options) {
  GraphReport report{std::move(family), std::move(heads), options, {}, {}, {}};
  report.measured = graphs::measure_heads(report.heads.graphs, report.heads.weights, options);
  const std::int64_t n = report.heads.size();
  for (std::size_t h = 0; h < report.measured.heads.size(); ++h) {
    report.bounds.push_back(
        graphs::check_bounds(report.measured.heads[h], n, options.mixing, report.heads.families[h]));
  }
  if (report.bounds.size() > 1) {
    report.bounds.push_back(graphs::check_bounds(report.measured.combined, n, options.mixing, std::nullopt));
  }
  return report;
}

GrowthRow growth_row(const GraphReport& report) {
  return {report.family, report.heads.size(), report.measured.combined.edges,
          named_values(report.measured.combined), report.violations()};
}

}  // namespace headsweep::cli
