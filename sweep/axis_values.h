// The values of an axis, in order: a list, or a range that is computed value by value and never stored, so that its
// length costs nothing.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <vector>

#include "trial/settings.h"

namespace headsweep::sweep {

// Value i of `count` >= 1, strictly monotone before rounding:
//   by step  from + i step
//   linear   from + (to - from) i / (count - 1)
//   log      from (to / from)^(i / (count - 1)); from, to > 0
// The first value is `from`; the last is `to` but by step. Values between are rounded to 12 significant digits, so
// that from = 0.1, step = 0.1 gives 0.3 and not 0.30000000000000004; those of integers to the nearest integer.
struct ValueRange {
  enum class Spacing : std::uint8_t { kStep, kLinear, kLog };

  Spacing spacing;
  double from;
  double to;    // kStep: unused
  double step;  // kStep only
  std::int64_t count;
  bool integers;

  [[nodiscard]] double real_at(std::int64_t i) const;  // before it is rounded to an integer
  [[nodiscard]] trial::Value at(std::int64_t i) const;
};

class AxisValues {
 public:
  class Iterator;
  using value_type = trial::Value;
  using const_iterator = Iterator;

  AxisValues() = default;
  AxisValues(std::vector<trial::Value> list) : list_(std::move(list)) {}
  AxisValues(std::initializer_list<trial::Value> list) : list_(list) {}
  explicit AxisValues(const ValueRange& range) : range_(range) {}

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool empty() const { return size() == 0; }
  trial::Value operator[](std::size_t i) const;
  [[nodiscard]] Iterator begin() const;
  [[nodiscard]] Iterator end() const;

  // Positions of equal values, rising; at most one in a range, found in the logarithm of its length.
  [[nodiscard]] std::vector<std::size_t> find(const trial::Value& value) const;
  [[nodiscard]] bool contains(const trial::Value& value) const { return !find(value).empty(); }

 private:
  std::vector<trial::Value> list_;
  std::optional<ValueRange> range_;  // instead of the list
};

class AxisValues::Iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = trial::Value;
  using difference_type = std::ptrdiff_t;

  Iterator() = default;
  Iterator(const AxisValues& values, std::size_t i) : values_(&values), i_(i) {}
  trial::Value operator*() const { return (*values_)[i_]; }
  Iterator& operator++() {
    ++i_;
    return *this;
  }
  Iterator operator++(int) {
    const Iterator before = *this;
    ++i_;
    return before;
  }
  bool operator==(const Iterator&) const = default;

 private:
  const AxisValues* values_ = nullptr;
  std::size_t i_ = 0;
};

}  // namespace headsweep::sweep
