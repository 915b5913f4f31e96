// The values that the statistics of a sweep compare, one line a trial: of the metrics of [analysis] and those that people
// look at first, at the layers and split of [analysis].
//
// They are kept apart because the queries differences, trend and nulls need them of every trial, and the rows of
// layer_metrics are a hundred times as large.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/metric.h"
#include "results/statistics/arms.h"
#include "results/sums/measured_rows.h"

namespace SQLite {
class Database;
}

namespace headsweep::results {

struct ComparedLayout {
  std::vector<metrics::Metric> metrics;  // compared_metrics()
  std::string layers;                    // mean | last | a layer number
  std::string split;

  // Values stored under another text are made anew.
  [[nodiscard]] std::string text() const;
};

ComparedLayout compared_layout(const SweepAnalysis& analysis);
// That of the store's first sweep, which the statistics are of; nothing before there is one.
std::optional<ComparedLayout> stored_compared_layout(SQLite::Database& database);

// NaN: no value. Walk times as log10.
struct ComparedValues {
  std::int64_t metrics_version = 0;  // 0: not measured
  double accuracy;
  double loss;
  // [0]: the trained model; [1 + i]: the i-th null of kNullNames that is measured; empty: none is. A null of another
  // version of the formulas has no values.
  std::vector<std::vector<double>> of_models;
};

// From all measured rows of a trial.
ComparedValues compare_rows(const ComparedLayout& layout, const std::vector<MeasuredRow>& rows);

// Eight bytes a number, native: accuracy, loss, then the metrics of each model. The version is stored beside them.
std::string encode_compared(const ComparedValues& values);
inline constexpr std::size_t kComparedHeader = 2;  // accuracy and loss

// Number `index` of what was encoded; NaN beyond its end.
double compared_number(std::string_view bytes, std::size_t index);

}  // namespace headsweep::results
