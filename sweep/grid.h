// The grid of a sweep: every combination of its axes' values, by number, without storing any.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sweep/sweep_file.h"
#include "trial/settings.h"

namespace headsweep::sweep {

// Combinations of axis values ("arms"), the first axis slowest. Keeps a reference to the sweep.
class Grid {
 public:
  explicit Grid(const Sweep& sweep);

  // Number of combinations, without the seeds; saturates at 2^62.
  [[nodiscard]] std::int64_t count() const { return count_; }
  // The settings of combination 0 .. count()-1, with seed 0.
  [[nodiscard]] trial::Settings settings(std::int64_t combination) const;
  // What distinguishes it: "training.task = "copy", model.heads = 4"; "the only combination" without axes.
  [[nodiscard]] std::string name(std::int64_t combination) const;

 private:
  [[nodiscard]] const trial::Value& value(std::size_t axis, std::int64_t combination) const;

  struct Dimension {
    const Axis* axis;
    const trial::SettingInfo* setting;
    std::int64_t stride;  // combinations between two values of the axis
  };

  const Sweep& sweep_;
  std::vector<Dimension> dimensions_;
  std::int64_t count_;
};

// a * b for a, b >= 0; saturates at 2^62.
std::int64_t saturating_product(std::int64_t a, std::int64_t b);

}  // namespace headsweep::sweep
