#include "sweep/grid.h"

#include <algorithm>
#include <utility>

#include "errors/check.h"
#include "sweep/read_axes.h"
#include "sweep/thousands.h"

namespace headsweep::sweep {

std::int64_t saturating_product(std::int64_t a, std::int64_t b) {
  constexpr std::int64_t kLimit = std::int64_t{1} << 62;
  if (a != 0 && b > kLimit / a) return kLimit;
  return a * b;
}

Grid::Grid(const Sweep& sweep) : sweep_(sweep) {
  const auto column = [](const Axis& axis) {
    const trial::SettingInfo* const setting = trial::find_setting(axis.setting);
    check(setting != nullptr, "an axis names a setting");
    return Column{&axis, setting};
  };
  for (const Axis& axis : sweep.axes) add({column(axis)});
  for (const Zip& zip : sweep.zips) {
    std::vector<Column> columns;
    for (const Axis& axis : zip) columns.push_back(column(axis));
    add(std::move(columns));
  }
  for (std::size_t i = dimensions_.size(); i-- > 0;) {
    dimensions_[i].stride = count_;
    count_ = saturating_product(count_, dimensions_[i].rows);
  }
  for (const Exclusion& exclusion : sweep.exclusions) {
    std::vector<Place>& places = excluded_.emplace_back();
    for (const Exclusion::Term& term : exclusion.terms) places.push_back(place_of(term.setting));
  }
  find_baseline_rows();
}

void Grid::add(std::vector<Column> columns) {
  const auto rows = static_cast<std::int64_t>(columns.front().axis->values.size());
  dimensions_.push_back({std::move(columns), rows, 1});
}

Grid::Place Grid::place_of(const std::string& setting) const {
  for (std::size_t i = 0; i < dimensions_.size(); ++i) {
    const auto& columns = dimensions_[i].columns;
    const auto found =
        std::ranges::find(columns, setting, [](const Column& one) { return one.setting->name; });
    if (found != columns.end()) return {i, static_cast<std::size_t>(found - columns.begin())};
  }
  fail_check("an exclusion names a setting that varies", std::source_location::current());
}

std::size_t Grid::row(const Dimension& dimension, std::int64_t combination) const {
  return static_cast<std::size_t>(combination / dimension.stride % dimension.rows);
}

trial::Value Grid::value(Place place, std::int64_t combination) const {
  const Dimension& dimension = dimensions_[place.dimension];
  return dimension.columns[place.column].axis->values[row(dimension, combination)];
}

trial::Settings Grid::settings(std::int64_t combination) const {
  trial::Settings settings = sweep_.base;
  for (const Dimension& dimension : dimensions_) {
    const std::size_t at = row(dimension, combination);
    for (const Column& column : dimension.columns) column.setting->set(settings, column.axis->values[at]);
  }
  return settings;
}

bool Grid::is_excluded(std::int64_t combination) const {
  for (std::size_t i = 0; i < excluded_.size(); ++i) {
    const auto& terms = sweep_.exclusions[i].terms;
    bool holds = true;
    for (std::size_t term = 0; term < terms.size() && holds; ++term) {
      const auto& values = terms[term].values;
      holds = std::ranges::find(values, value(excluded_[i][term], combination)) != values.end();
    }
    if (holds) return true;
  }
  return false;
}

// The row of each dimension in which the settings that the baseline names have their baseline values.
void Grid::find_baseline_rows() {
  const auto& baseline = sweep_.analysis.baseline;
  has_baseline_ = !baseline.empty();
  for (const Dimension& dimension : dimensions_) {
    Zip axes;
    for (const Column& column : dimension.columns) axes.push_back(*column.axis);
    std::optional<std::int64_t>& row = baseline_rows_.emplace_back();
    if (std::ranges::none_of(axes, [&](const Axis& axis) { return baseline.contains(axis.setting); }))
      continue;
    const std::vector<std::size_t> rows = rows_with(axes, baseline);
    if (rows.empty()) {
      has_baseline_ = false;
      return;
    }
    row = static_cast<std::int64_t>(rows.front());
  }
}

std::optional<std::int64_t> Grid::baseline(std::int64_t combination) const {
  if (!has_baseline_) return std::nullopt;
  std::int64_t result = combination;
  for (std::size_t i = 0; i < dimensions_.size(); ++i) {
    if (!baseline_rows_[i]) continue;
    const Dimension& dimension = dimensions_[i];
    result +=
        (*baseline_rows_[i] - static_cast<std::int64_t>(row(dimension, combination))) * dimension.stride;
  }
  return result;
}

std::string Grid::name(std::int64_t combination) const {
  std::string name;
  for (const Dimension& dimension : dimensions_) {
    for (const Column& column : dimension.columns) {
      if (!name.empty()) name += ", ";
      name += column.axis->setting + " = " + trial::to_text(column.axis->values[row(dimension, combination)]);
    }
  }
  return name.empty() ? "the only combination" : name;
}

std::string Grid::factors() const {
  std::string factors;
  for (const Dimension& dimension : dimensions_) {
    const bool is_zip = dimension.columns.size() > 1;
    factors += (is_zip ? "zip of " : "") + dimension.columns[0].axis->setting + " " +
               thousands(dimension.rows) + " x ";
  }
  return factors;
}

}  // namespace headsweep::sweep
