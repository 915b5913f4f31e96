#include "sweep/axis_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace headsweep::sweep {
namespace {

double to_12_digits(double number) {
  std::array<char, 40> digits{};
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), number, std::chars_format::general, 12).ptr;
  double rounded = number;
  std::from_chars(digits.data(), end, rounded);
  return rounded;
}

double number_of(const trial::Value& value) {
  if (const auto* const integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  const auto* const real = std::get_if<double>(&value);
  return real ? *real : std::nan("");
}

}  // namespace

double ValueRange::real_at(std::int64_t i) const {
  if (i == 0) return from;
  if (spacing == Spacing::kStep) return to_12_digits(from + static_cast<double>(i) * step);
  if (i == count - 1) return to;
  const double part = static_cast<double>(i) / static_cast<double>(count - 1);
  return to_12_digits(spacing == Spacing::kLog ? from * std::pow(to / from, part)
                                               : from + (to - from) * part);
}

trial::Value ValueRange::at(std::int64_t i) const {
  const double real = real_at(i);
  return integers ? trial::Value(static_cast<std::int64_t>(std::llround(real))) : trial::Value(real);
}

std::size_t AxisValues::size() const {
  return range_ ? static_cast<std::size_t>(range_->count) : list_.size();
}

trial::Value AxisValues::operator[](std::size_t i) const {
  return range_ ? range_->at(static_cast<std::int64_t>(i)) : list_[i];
}

AxisValues::Iterator AxisValues::begin() const {
  return {*this, 0};
}

AxisValues::Iterator AxisValues::end() const {
  return {*this, size()};
}

std::vector<std::size_t> AxisValues::find(const trial::Value& value) const {
  std::vector<std::size_t> found;
  if (!range_) {
    for (std::size_t i = 0; i < list_.size(); ++i) {
      if (list_[i] == value) found.push_back(i);
    }
    return found;
  }
  const bool falls = number_of((*this)[size() - 1]) < number_of((*this)[0]);
  std::size_t first = 0;  // of the values from here to `last` one is the first not before `value`
  std::size_t last = size() - 1;
  while (first < last) {
    const std::size_t middle = first + (last - first) / 2;
    const double here = number_of((*this)[middle]);
    const bool is_before = falls ? here > number_of(value) : here < number_of(value);
    (is_before ? first : last) = is_before ? middle + 1 : middle;
  }
  if ((*this)[first] == value) found.push_back(first);
  return found;
}

}  // namespace headsweep::sweep
