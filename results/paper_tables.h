// The tables of the paper's experiment (arXiv 2507.02944): mixing time and fidelity by task, head count and layer, as mean
// and standard deviation. `headsweep report --paper` prints them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/metric.h"
#include "results/reader.h"
#include "results/render.h"

namespace headsweep::results {

// The paper's quantities as the released code computes them, then fidelity without the sink itself.
inline constexpr std::array kPaperMetrics = {metrics::Metric::kMixingTimePaper, metrics::Metric::kFidelityMin,
                                             metrics::Metric::kFidelityMinInner};

struct PaperValue {
  std::string task;
  std::string model;  // line of its table: "4 heads", and what else differs
  std::int64_t heads;
  std::int64_t layer;
  metrics::Metric metric;  // one of kPaperMetrics
  double mean;             // NaN: undefined
  double sd;               // NaN: of one value there is none
  std::int64_t n;          // values behind them
  std::string_view over;   // of what: kOverSeeds, kOverSequences
};
inline constexpr std::string_view kOverSeeds = "seeds";  // sample standard deviation, n - 1
inline constexpr std::string_view kOverSequences =
    "sequences";  // of one model; population standard deviation

// Of every arm of a store, at the split of its [analysis]. Throws UserError: no results, or a store that cannot be read.
std::vector<PaperValue> paper_values(StoreReader& store);

// Of one model, from what `headsweep-trainer --measure` prints (JSON) of a checkpoint.
std::vector<PaperValue> paper_values(const std::string& measured);

// A title and a table for each task and quantity: a line a model, a column a layer, "mean ± sd"; fidelity in percent, as
// in the paper.
std::string render_paper_tables(const std::vector<PaperValue>& values, Format format);

}  // namespace headsweep::results
