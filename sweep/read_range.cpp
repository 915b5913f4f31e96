#include "sweep/read_range.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "errors/nearest_name.h"
#include "sweep/read_value.h"
#include "sweep/refuse.h"
#include "sweep/thousands.h"

namespace headsweep::sweep {
namespace {

constexpr std::array<std::string_view, 5> kKeys = {"from", "to", "step", "count", "scale"};
constexpr std::int64_t kMaxCount = 1'000'000'000'000;

// The keys of one range.
class RangeReader {
 public:
  RangeReader(const Entry& entry, const std::string& name, const trial::SettingInfo& setting)
      : entry_(entry), name_(name), setting_(setting) {
    for (const Field& field : entry.fields) {
      if (std::ranges::find(kKeys, field.key) != kKeys.end()) continue;
      const std::string hint = did_you_mean(field.key, kKeys);
      refuse(field.place, "unknown key '" + field.key + "' in the range " + name + hint +
                              (hint.empty() ? ";" : "") +
                              " keys of a range: from, to and step, or from, to, count and scale");
    }
  }

  ValueRange read() const {
    const double from = number("from");
    const double to = number("to");
    const bool by_step = find("step") != nullptr;
    if (by_step == (find("count") != nullptr)) {
      refuse(entry_.place, name_ + " must have either step or count beside from and to");
    }
    return by_step ? with_step(from, to) : with_count(from, to);
  }

 private:
  const Field* find(std::string_view key) const {
    const auto found = std::ranges::find(entry_.fields, key, &Field::key);
    return found == entry_.fields.end() ? nullptr : &*found;
  }

  const Field& require(std::string_view key) const {
    if (const Field* const field = find(key)) return *field;
    refuse(entry_.place,
           name_ + " is a range without " + std::string(key) +
               "; give it as { from = 1, to = 9, step = 2 } or { from = 1, to = 9, count = 5 }");
  }

  // An end of the range: a value of the setting.
  double number(std::string_view key) const {
    const trial::Value value = read_value(require(key).element, name_ + "." + std::string(key), setting_);
    const auto* const integer = std::get_if<std::int64_t>(&value);
    return integer ? static_cast<double>(*integer) : std::get<double>(value);
  }

  bool of_integers() const { return setting_.type == trial::Type::kInteger; }

  double step() const {
    const Element& element = find("step")->element;
    const auto* const integer = std::get_if<std::int64_t>(&element.value);
    const auto* const real = std::get_if<double>(&element.value);
    if (integer && *integer != 0) return static_cast<double>(*integer);
    if (real && !of_integers() && std::isfinite(*real) && *real != 0) return *real;
    refuse_value(element, name_ + ".step",
                 of_integers() ? "an integer other than 0" : "a number other than 0");
  }

  ValueRange with_step(double from, double to) const {
    if (const Field* const scale = find("scale")) {
      refuse(scale->place, name_ + ".scale goes with count, not with step");
    }
    const double step = this->step();
    // So far beyond the last step, rounding of the reals included, a value still counts as `to`.
    const double steps = std::floor((to - from) / step + 1e-9);
    if (steps < 0) {
      refuse(find("step")->place, name_ + ".step = " + trial::to_text(find("step")->element.value) +
                                      " does not lead from " + text("from") + " to " + text("to"));
    }
    if (steps >= static_cast<double>(kMaxCount)) refuse_count(find("step")->place);
    return {ValueRange::Spacing::kStep, from, to, step, static_cast<std::int64_t>(steps) + 1, of_integers()};
  }

  ValueRange with_count(double from, double to) const {
    const Field& field = *find("count");
    const std::int64_t count = read_integer(field.element, name_ + ".count", 2, kMaxCount);
    const bool is_log = scale() == "log";
    if (from == to) refuse(field.place, name_ + " must have different ends, not twice " + text("to"));
    if (is_log && (from <= 0 || to <= 0)) {
      refuse(entry_.place, name_ + ": a scale of \"log\" needs from and to above 0, not " + text("from") +
                               " and " + text("to"));
    }
    const ValueRange range{
        is_log ? ValueRange::Spacing::kLog : ValueRange::Spacing::kLinear, from, to, 0, count, of_integers()};
    if (of_integers()) require_distinct(range, field.place);
    return range;
  }

  std::string scale() const {
    const Field* const field = find("scale");
    if (!field) return "linear";
    constexpr std::string_view kAllowed = R"("linear" or "log")";
    std::string scale = read_text(field->element, name_ + ".scale", kAllowed);
    if (scale != "linear" && scale != "log") refuse_value(field->element, name_ + ".scale", kAllowed);
    return scale;
  }

  // Neighbours are closest at the smaller end; once they are 1 apart, rounding keeps all others apart.
  void require_distinct(const ValueRange& range, const std::string& place) const {
    if (static_cast<double>(range.count) > std::abs(range.to - range.from) + 1)
      refuse_few_integers(range, place);
    const bool rises = range.from < range.to;
    for (std::int64_t i = 0; i + 1 < range.count; ++i) {
      const std::int64_t here = rises ? i : range.count - 1 - i;
      const std::int64_t next = rises ? here + 1 : here - 1;
      if (range.at(here) == range.at(next)) refuse_few_integers(range, place);
      if (range.real_at(next) - range.real_at(here) >= 1) return;
    }
  }

  [[noreturn]] void refuse_few_integers(const ValueRange& range, const std::string& place) const {
    refuse(place, name_ + ".count = " + std::to_string(range.count) +
                      " gives the same integer twice between " + text("from") + " and " + text("to") +
                      "; choose a smaller count");
  }

  [[noreturn]] void refuse_count(const std::string& place) const {
    refuse(place, name_ + " has more than " + thousands(kMaxCount) + " values; choose a larger step");
  }

  std::string text(std::string_view key) const { return describe(require(key).element); }

  const Entry& entry_;
  const std::string& name_;
  const trial::SettingInfo& setting_;
};

bool is_range(const Entry& entry, const trial::SettingInfo& setting) {
  return !entry.fields.empty() &&
         (setting.type == trial::Type::kInteger || setting.type == trial::Type::kReal);
}

void require_distinct(const std::vector<trial::Value>& values, const List& elements, std::string_view name) {
  std::vector<std::size_t> order(values.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto value = [&](std::size_t i) -> const trial::Value& { return values[i]; };
  std::ranges::stable_sort(order, {}, value);
  const auto twice = std::ranges::adjacent_find(order, {}, value);
  if (twice == order.end()) return;
  const Element& second = elements[*std::next(twice)];
  refuse(second.place, std::string(name) + " has " + describe(second) + " twice; each value may stand once");
}

std::string_view example_list(const trial::SettingInfo& setting) {
  if (setting.type == trial::Type::kName) return R"(["a", "b"])";
  return setting.type == trial::Type::kBoolean ? "[false, true]" : "[1, 2]";
}

}  // namespace

AxisValues read_axis_values(const Entry& entry, const std::string& name, const trial::SettingInfo& setting,
                            bool may_repeat) {
  if (is_range(entry, setting)) return AxisValues(RangeReader(entry, name, setting).read());
  const List& elements = list(entry, name, example_list(setting));
  std::vector<trial::Value> values;
  for (const Element& element : elements) values.push_back(read_value(element, name, setting));
  if (!may_repeat) require_distinct(values, elements, name);
  return values;
}

}  // namespace headsweep::sweep
