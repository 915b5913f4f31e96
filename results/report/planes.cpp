#include "results/report/planes.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "results/report/packed_numbers.h"

namespace headsweep::report {
namespace {

using metrics::Metric;
using results::Statistics;

constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

bool is_walk_time(Metric metric) {
  return metrics::metric_info(metric).scale == metrics::Scale::kWalkTime;
}

// metrics x `width` numbers, absent at first.
struct Field {
  std::size_t width;
  std::vector<double> numbers;

  Field(std::size_t metrics, std::size_t columns) : width(columns), numbers(metrics * columns, kAbsent) {}
  double& at(std::size_t metric, std::size_t column) { return numbers[metric * width + column]; }
};

class Plane {
 public:
  Plane(std::string layer, const Statistics& statistics, std::size_t metrics, const DoneTrials& trials)
      : layer_(std::move(layer)),
        split_(statistics.split),
        statistics_(statistics),
        trials_(trials),
        metrics_(metrics),
        values_(metrics, trials.all().size()),
        differences_(metrics, trials.all().size()) {}

  void add(const results::ArmValue& value, std::size_t metric) {
    of_arm("mean").at(metric, value.arm) = value.estimate.mean;
    of_arm("low").at(metric, value.arm) = value.estimate.low;
    of_arm("high").at(metric, value.arm) = value.estimate.high;
    of_arm("sd").at(metric, value.arm) = value.estimate.sd;
    of_arm("censored").at(metric, value.arm) = static_cast<double>(value.censored);
    for (const results::SeedValue& seed : value.seeds) {
      if (const auto place = trials_.place(seed.trial)) values_.at(metric, *place) = seed.value;
    }
  }

  void add(const results::Difference& difference, std::size_t metric) {
    const auto shown = [&](double value) { return readable_difference(difference.place.metric, value); };
    of_arm("difference").at(metric, difference.arm) = shown(difference.estimate.mean);
    of_arm("difference_low").at(metric, difference.arm) = shown(difference.estimate.low);
    of_arm("difference_high").at(metric, difference.arm) = shown(difference.estimate.high);
    of_arm("p").at(metric, difference.arm) = difference.p.value_or(kAbsent);
    of_arm("smallest_p").at(metric, difference.arm) = difference.p ? difference.smallest_p : kAbsent;
    for (const results::SeedDifference& seed : difference.seeds) {
      if (const auto place = trials_.place(difference.arm, seed.seed))
        differences_.at(metric, *place) = shown(seed.difference);
    }
  }

  void add(const results::NullDifference& null, std::size_t metric) {
    const auto [field, fresh] = nulls_.try_emplace(null.null, metrics_, statistics_.arms.size());
    field->second.at(metric, null.arm) = null.null_value;
  }

  Json json(const std::vector<Metric>& metrics, const std::vector<std::optional<std::size_t>>& baselines) {
    Json plane = {{"layer", layer_},
                  {"split", split_},
                  {"values", pack_reals(values_.numbers)},
                  {"differences", pack_reals(differences_.numbers)}};
    for (const char* const name : {"mean", "low", "high", "sd", "censored", "difference", "difference_low",
                                   "difference_high", "p", "smallest_p"}) {
      plane[name] = pack_reals(of_arm(name).numbers);
    }
    plane["nulls"] = Json::object();
    plane["null_changes"] = Json::object();
    for (auto& [name, field] : nulls_) {
      plane["nulls"][name] = pack_reals(field.numbers);
      plane["null_changes"][name] = pack_reals(changes(field, metrics, baselines).numbers);
    }
    return plane;
  }

 private:
  Field& of_arm(const std::string& name) {
    return fields_.try_emplace(name, metrics_, statistics_.arms.size()).first->second;
  }

  Field changes(Field& null, const std::vector<Metric>& metrics,
                const std::vector<std::optional<std::size_t>>& baselines) const {
    Field change(metrics_, statistics_.arms.size());
    for (std::size_t metric = 0; metric < metrics.size(); ++metric) {
      for (std::size_t arm = 0; arm < baselines.size(); ++arm) {
        if (baselines[arm])
          change.at(metric, arm) =
              null_change(metrics[metric], null.at(metric, arm), null.at(metric, *baselines[arm]));
      }
    }
    return change;
  }

  std::string layer_;
  std::string split_;
  const Statistics& statistics_;
  const DoneTrials& trials_;
  std::size_t metrics_;
  Field values_;
  Field differences_;
  std::map<std::string, Field> fields_;
  std::map<std::string, Field> nulls_;
};

std::vector<std::optional<std::size_t>> baseline_places(const Statistics& statistics) {
  std::map<std::string, std::size_t> places;
  for (std::size_t arm = 0; arm < statistics.arms.size(); ++arm) places[statistics.arms[arm].arm] = arm;
  std::vector<std::optional<std::size_t>> baselines;
  for (const results::Arm& arm : statistics.arms) {
    const auto found = arm.baseline_arm ? places.find(*arm.baseline_arm) : places.end();
    baselines.push_back(found == places.end() ? std::nullopt : std::optional(found->second));
  }
  return baselines;
}

// The mean over layers, the last, layers 0, 1, ..., the whole model.
std::int64_t reading_order(const std::string& layer) {
  if (layer == "mean") return -2;
  if (layer == "last") return -1;
  const std::int64_t number = std::stoll(layer);
  return number < 0 ? std::numeric_limits<std::int64_t>::max() : number;
}

}  // namespace

double readable_difference(Metric metric, double difference) {
  return is_walk_time(metric) ? std::pow(10, difference) : difference;
}

double null_change(Metric metric, double of_arm, double of_baseline) {
  return is_walk_time(metric) ? of_arm / of_baseline : of_arm - of_baseline;
}

std::vector<Json> plane_list(const Statistics& statistics, const std::vector<Metric>& metrics,
                             const DoneTrials& trials, const std::string& first_layer) {
  std::map<std::string, Plane> planes;
  const auto add = [&](const auto& number) {
    const auto metric = std::ranges::find(metrics, number.place.metric);
    if (metric == metrics.end()) return;
    const auto [plane, fresh] =
        planes.try_emplace(number.place.layer, number.place.layer, statistics, metrics.size(), trials);
    plane->second.add(number, static_cast<std::size_t>(metric - metrics.begin()));
  };
  for (const results::ArmValue& value : statistics.values) add(value);
  for (const results::Difference& difference : statistics.differences) add(difference);
  for (const results::NullDifference& null : statistics.nulls) add(null);

  std::vector<std::string> layers;
  for (const auto& [layer, plane] : planes) layers.push_back(layer);
  std::ranges::sort(layers, {}, [&](const std::string& layer) {
    return std::pair(layer != first_layer, reading_order(layer));
  });
  const auto baselines = baseline_places(statistics);
  std::vector<Json> list;
  for (const std::string& layer : layers) list.push_back(planes.at(layer).json(metrics, baselines));
  return list;
}

}  // namespace headsweep::report
