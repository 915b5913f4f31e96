// The grid of a sweep: every combination of the values of its axes and zips, by number, without storing any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sweep/sweep_file.h"
#include "trial/settings.h"

namespace headsweep::sweep {

// Combinations ("arms"), the first axis slowest, zips behind the axes. Keeps a reference to the sweep.
class Grid {
 public:
  explicit Grid(const Sweep& sweep);

  // Number of combinations, excluded ones included, without the seeds; saturates at 2^62.
  [[nodiscard]] std::int64_t count() const { return count_; }
  // The settings of combination 0 .. count()-1 as the file has them, with seed 0: unchecked.
  [[nodiscard]] trial::Settings settings(std::int64_t combination) const;
  // Whether an [[exclude]] leaves it out.
  [[nodiscard]] bool is_excluded(std::int64_t combination) const;
  // The combination that it is compared to: with the values of [analysis] baseline. Nothing without a baseline, or
  // where an axis does not have its value.
  [[nodiscard]] std::optional<std::int64_t> baseline(std::int64_t combination) const;
  // What distinguishes it: "training.task = "copy", model.heads = 4"; "the only combination" without axes.
  [[nodiscard]] std::string name(std::int64_t combination) const;
  // How the count comes about: "model.heads 4 x training.task 2 x ".
  [[nodiscard]] std::string factors() const;

 private:
  struct Column {
    const Axis* axis;
    const trial::SettingInfo* setting;
  };
  // An axis, or a zip with its axes side by side.
  struct Dimension {
    std::vector<Column> columns;
    std::int64_t rows;
    std::int64_t stride;  // combinations between two rows
  };
  // Where an [[exclude]] or the baseline looks.
  struct Place {
    std::size_t dimension;
    std::size_t column;
  };

  void add(std::vector<Column> columns);
  [[nodiscard]] Place place_of(const std::string& setting) const;
  [[nodiscard]] std::size_t row(const Dimension& dimension, std::int64_t combination) const;
  [[nodiscard]] trial::Value value(Place place, std::int64_t combination) const;
  void find_baseline_rows();

  const Sweep& sweep_;
  std::vector<Dimension> dimensions_;
  std::vector<std::vector<Place>> excluded_;                // by exclusion and term
  std::vector<std::optional<std::int64_t>> baseline_rows_;  // by dimension
  bool has_baseline_ = false;
  std::int64_t count_ = 1;
};

// a * b for a, b >= 0; saturates at 2^62.
std::int64_t saturating_product(std::int64_t a, std::int64_t b);

}  // namespace headsweep::sweep
