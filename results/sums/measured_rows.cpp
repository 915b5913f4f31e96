#include "results/sums/measured_rows.h"

#include <cmath>
#include <limits>

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/metric_columns.h"
#include "results/sums/summed_values.h"

namespace headsweep::results {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// Grown value by value a row would be allocated several times: rows are read by the million.
void make_room(MeasuredRow& row) {
  row.values.reserve(summed_values().size());
  row.censored.reserve(summed_values().size());
}

MeasuredRow row_of(std::string name, const protocol::LayerMeasurement& layer,
                   const protocol::TrialResult& result) {
  MeasuredRow row{std::move(name), layer.layer, std::string(protocol::to_text(layer.split)), kMetricsVersion};
  make_room(row);
  const bool trained = row.name == kTrainedName;
  for (const SummedValue& value : summed_values()) {
    if (!value.metric) {
      row.values.push_back(!trained ? kNone : value.name == "accuracy" ? result.accuracy : result.loss);
      row.censored.push_back(0);
      continue;
    }
    const metrics::MetricSummary& summary = layer.metrics[static_cast<std::size_t>(*value.metric)];
    row.values.push_back(value.walk_time ? std::log10(summary.mean) : summary.mean);
    row.censored.push_back(value.walk_time ? summary.censored : 0);
  }
  return row;
}

std::string select_sql(const std::string& from, const std::string& name, const std::string& order) {
  std::string sql = "SELECT " + name + ", m.layer, m.split, m.metrics_version";
  for (const SummedValue& value : summed_values()) {
    if (value.metric) {
      sql += ", m." + value.name + (value.walk_time ? ", m." + value.name + "_censored" : "");
    } else {
      sql += name == "NULL" ? ", r." + value.name : ", NULL";
    }
  }
  return sql + " FROM " + from + " WHERE m.trial = ? ORDER BY " + order;
}

MeasuredRow read_row(const SQLite::Statement& statement) {
  const SQLite::Column name = statement.getColumn(0);
  MeasuredRow row{name.isNull() ? std::string(kTrainedName) : name.getString(),
                  statement.getColumn(1).getInt64(), statement.getColumn(2).getString(),
                  statement.getColumn(3).getInt64()};
  make_room(row);
  int column = 4;
  for (const SummedValue& value : summed_values()) {
    const SQLite::Column cell = statement.getColumn(column++);
    const double number = cell.isNull() ? kNone : cell.getDouble();
    row.values.push_back(value.walk_time ? std::log10(number) : number);
    row.censored.push_back(value.walk_time ? statement.getColumn(column++).getInt64() : 0);
  }
  return row;
}

void append_rows(SQLite::Statement& statement, std::int64_t trial, std::vector<MeasuredRow>& rows) {
  statement.bind(1, trial);
  while (statement.executeStep()) rows.push_back(read_row(statement));
  statement.reset();
}

}  // namespace

std::vector<MeasuredRow> measured_rows(const protocol::TrialResult& result) {
  std::vector<MeasuredRow> rows;
  for (const protocol::LayerMeasurement& layer : result.layers)
    rows.push_back(row_of(std::string(kTrainedName), layer, result));
  for (const protocol::NullMeasurement& null : result.nulls)
    rows.push_back(row_of(null.null, null.measurement, result));
  return rows;
}

MeasuredRowReader::MeasuredRowReader(SQLite::Database& database)
    : layers_(database, select_sql("layer_metrics m JOIN results r ON r.trial = m.trial", "NULL",
                                   "m.trial, m.layer, m.split")),
      nulls_(database, select_sql("baselines m", "m.name", "m.trial, m.name, m.layer, m.split")) {}

std::vector<MeasuredRow> MeasuredRowReader::operator()(std::int64_t trial) {
  std::vector<MeasuredRow> rows;
  append_rows(layers_, trial, rows);
  append_rows(nulls_, trial, rows);
  return rows;
}

}  // namespace headsweep::results
