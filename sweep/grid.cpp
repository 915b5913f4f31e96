#include "sweep/grid.h"

#include "errors/check.h"

namespace headsweep::sweep {

std::int64_t saturating_product(std::int64_t a, std::int64_t b) {
  constexpr std::int64_t kLimit = std::int64_t{1} << 62;
  if (a != 0 && b > kLimit / a) return kLimit;
  return a * b;
}

Grid::Grid(const Sweep& sweep) : sweep_(sweep), count_(1) {
  dimensions_.resize(sweep.axes.size());
  for (std::size_t i = dimensions_.size(); i-- > 0;) {
    const Axis& axis = sweep.axes[i];
    const trial::SettingInfo* const setting = trial::find_setting(axis.setting);
    check(setting != nullptr, "an axis names a setting");
    dimensions_[i] = {&axis, setting, count_};
    count_ = saturating_product(count_, static_cast<std::int64_t>(axis.values.size()));
  }
}

const trial::Value& Grid::value(std::size_t axis, std::int64_t combination) const {
  const auto& values = dimensions_[axis].axis->values;
  const std::int64_t position = combination / dimensions_[axis].stride;
  return values[static_cast<std::size_t>(position) % values.size()];
}

trial::Settings Grid::settings(std::int64_t combination) const {
  trial::Settings settings = sweep_.base;
  for (std::size_t i = 0; i < dimensions_.size(); ++i) {
    dimensions_[i].setting->set(settings, value(i, combination));
  }
  return settings;
}

std::string Grid::name(std::int64_t combination) const {
  std::string name;
  for (std::size_t i = 0; i < dimensions_.size(); ++i) {
    if (i > 0) name += ", ";
    name += dimensions_[i].axis->setting + " = " + trial::to_text(value(i, combination));
  }
  return name.empty() ? "the only combination" : name;
}

}  // namespace headsweep::sweep
