#include "results/report/curves.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/report/packed_numbers.h"
#include "results/sql_text.h"

namespace headsweep::report {
namespace {

using metrics::Metric;
using results::Estimate;

constexpr std::size_t kMostSteps = 60;
constexpr std::size_t kFewestSteps = 12;

// Steps of each curve, so that all of them together keep within `most_characters`.
std::size_t steps_of_each(std::size_t curves, std::size_t quantities, std::size_t most_characters) {
  const std::size_t of_one_step = packed_size(3 * quantities) * std::max<std::size_t>(curves, 1);
  return std::clamp(most_characters / of_one_step, kFewestSteps, kMostSteps);
}

bool is_walk_time(Metric metric) {
  return metrics::metric_info(metric).scale == metrics::Scale::kWalkTime;
}

// Means and intervals of some quantities by step.
class Curve {
 public:
  explicit Curve(std::vector<bool> geometric) : geometric_(std::move(geometric)) {}

  // A value of one seed, on the scale of its analysis.
  void add(std::int64_t step, std::size_t quantity, double value) {
    auto& samples = samples_[step];
    samples.resize(geometric_.size());
    if (!std::isnan(value)) samples[quantity].push_back(value);
  }

  void thin(std::size_t most) {
    if (samples_.size() <= most) return;
    const std::size_t every = (samples_.size() + most - 1) / most;
    std::size_t from_end = samples_.size();
    std::erase_if(samples_, [&](const auto&) { return --from_end % every != 0; });  // the last stays
  }

  [[nodiscard]] bool empty() const { return samples_.empty(); }

  [[nodiscard]] Json steps() const {
    Json steps = Json::array();
    for (const auto& [step, samples] : samples_) steps.push_back(step);
    return steps;
  }

  // "mean", "low", "high" of quantities first .. first + count - 1.
  [[nodiscard]] std::vector<std::string> packed(std::size_t first, std::size_t count) const {
    std::vector<double> mean;
    std::vector<double> low;
    std::vector<double> high;
    for (std::size_t quantity = first; quantity < first + count; ++quantity) {
      for (const auto& [step, samples] : samples_) {
        const Estimate plain = results::estimate_mean(samples[quantity]);
        const Estimate shown = geometric_[quantity] ? results::geometric(plain) : plain;
        mean.push_back(shown.mean);
        low.push_back(shown.low);
        high.push_back(shown.high);
      }
    }
    return {pack_reals(mean), pack_reals(low), pack_reals(high)};
  }

 private:
  std::vector<bool> geometric_;
  std::map<std::int64_t, std::vector<std::vector<double>>> samples_;  // by step and quantity
};

double cell(SQLite::Statement& statement, int column) {
  const SQLite::Column value = statement.getColumn(column);
  return value.isNull() ? std::numeric_limits<double>::quiet_NaN() : value.getDouble();
}

std::map<std::size_t, Curve> read_batches(SQLite::Database& database, const DoneTrials& trials) {
  std::map<std::size_t, Curve> curves;
  SQLite::Statement statement(database,
                              "SELECT trial, step, accuracy, loss FROM curves ORDER BY trial, step");
  while (statement.executeStep()) {
    const auto place = trials.place(statement.getColumn(0).getInt64());
    if (!place) continue;
    Curve& curve = curves.try_emplace(trials.all()[*place].arm, std::vector{false, false}).first->second;
    for (const std::size_t quantity : {0, 1})
      curve.add(statement.getColumn(1).getInt64(), quantity, cell(statement, static_cast<int>(quantity) + 2));
  }
  return curves;
}

using LayerCurves = std::map<std::string, std::map<std::size_t, Curve>>;  // by layer and arm

// Rows of one trial and step come together: layers 0, 1, .. are averaged when the next one begins.
class LayerReader {
 public:
  LayerReader(const DoneTrials& trials, const std::vector<Metric>& metrics, const std::string& wanted)
      : trials_(trials), metrics_(metrics), wanted_(wanted) {}

  void read(SQLite::Database& database, const std::string& split) {
    std::string columns;
    for (const Metric metric : metrics_) columns += ", " + std::string(metrics::metric_info(metric).name);
    SQLite::Statement statement(database, "SELECT trial, step, layer" + columns +
                                              " FROM curve_metrics WHERE split = " +
                                              results::quote_text(split) + " ORDER BY trial, step, layer");
    while (statement.executeStep()) take(statement);
    end_step();
  }

  LayerCurves take_curves() { return std::move(curves_); }

 private:
  void take(SQLite::Statement& statement) {
    const std::pair at(statement.getColumn(0).getInt64(), statement.getColumn(1).getInt64());
    if (at != at_) end_step();
    at_ = at;
    const std::int64_t layer = statement.getColumn(2).getInt64();
    std::vector<double> row;
    for (std::size_t i = 0; i < metrics_.size(); ++i) {
      const double value = cell(statement, static_cast<int>(i) + 3);
      row.push_back(is_walk_time(metrics_[i]) ? std::log10(value) : value);
    }
    add(std::to_string(layer), row);
    if (layer < 0) return;
    sums_.resize(row.size());
    for (std::size_t i = 0; i < row.size(); ++i) sums_[i] += row[i];
    ++layers_;
    last_ = std::move(row);
  }

  void end_step() {
    if (layers_ > 0 && wanted_ == "last") add("last", last_);
    if (layers_ > 0 && wanted_ == "mean") {
      for (double& sum : sums_) sum /= static_cast<double>(layers_);
      add("mean", sums_);
    }
    sums_.clear();
    layers_ = 0;
  }

  void add(const std::string& layer, const std::vector<double>& row) {
    const auto place = trials_.place(at_.first);
    if (!place) return;
    std::vector<bool> geometric;
    for (const Metric metric : metrics_) geometric.push_back(is_walk_time(metric));
    Curve& curve = curves_[layer].try_emplace(trials_.all()[*place].arm, std::move(geometric)).first->second;
    for (std::size_t i = 0; i < row.size(); ++i) curve.add(at_.second, i, row[i]);
  }

  const DoneTrials& trials_;
  const std::vector<Metric>& metrics_;
  const std::string& wanted_;
  LayerCurves curves_;
  std::pair<std::int64_t, std::int64_t> at_ = {-1, -1};
  std::vector<double> sums_;
  std::vector<double> last_;
  std::int64_t layers_ = 0;
};

Json batch_json(const Curve& curve) {
  const std::vector<std::string> accuracy = curve.packed(0, 1);
  const std::vector<std::string> loss = curve.packed(1, 1);
  return {{"steps", curve.steps()},       {"accuracy", accuracy[0]}, {"accuracy_low", accuracy[1]},
          {"accuracy_high", accuracy[2]}, {"loss", loss[0]},         {"loss_low", loss[1]},
          {"loss_high", loss[2]},         {"layers", Json::object()}};
}

Json layer_json(const Curve& curve, std::size_t quantities) {
  std::vector<std::string> packed = curve.packed(0, quantities);
  return {{"steps", curve.steps()}, {"mean", packed[0]}, {"low", packed[1]}, {"high", packed[2]}};
}

}  // namespace

Json curves_json(SQLite::Database& database, const results::Statistics& statistics,
                 const std::vector<Metric>& metrics, const DoneTrials& trials, std::size_t most_characters) {
  std::vector<Metric> core;
  Json places = Json::array();
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    if (!metrics::metric_info(metrics[i]).core) continue;
    core.push_back(metrics[i]);
    places.push_back(i);
  }
  LayerReader reader(trials, core, statistics.analysis.layers);
  reader.read(database, statistics.analysis.split);
  LayerCurves layers = reader.take_curves();
  std::map<std::size_t, Curve> batches = read_batches(database, trials);

  std::vector<Json> arms(statistics.arms.size());
  const std::size_t batch_steps = steps_of_each(batches.size(), 2, most_characters / 2);
  const std::size_t layer_steps = steps_of_each(batches.size(), core.size(), most_characters / 2);
  for (auto& [arm, curve] : batches) {
    curve.thin(batch_steps);
    arms[arm] = batch_json(curve);
  }
  std::size_t characters = 0;
  const auto append = [&](const std::string& layer) {
    for (auto& [arm, curve] : layers[layer]) {
      curve.thin(layer_steps);
      Json json = layer_json(curve, core.size());
      characters += 3 * json["mean"].get_ref<const std::string&>().size();
      if (!arms[arm].is_null()) arms[arm]["layers"][layer] = std::move(json);
    }
    layers.erase(layer);
  };
  append(statistics.analysis.layers);
  while (!layers.empty() && characters < most_characters / 2) append(std::string(layers.begin()->first));
  return {{"split", statistics.analysis.split},
          {"metrics", layers.empty() && characters == 0 ? Json::array() : std::move(places)},
          {"arms", std::move(arms)}};
}

}  // namespace headsweep::report
