// From a combination of a grid to what is trained: checked, matched to the budget, in its one form.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sweep/grid.h"
#include "sweep/sweep_file.h"
#include "trial/settings.h"

namespace headsweep::sweep {

// Keeps a reference to the sweep. All functions are const and cost the same for every combination.
class Expansion {
 public:
  // Throws UserError where the budget is that of an impossible base model.
  explicit Expansion(const Sweep& sweep);

  struct Arm {
    trial::Settings settings;  // resolved (trial::resolved()), seed 0
    std::int64_t parameters;
  };

  [[nodiscard]] const Grid& grid() const { return grid_; }
  // The budget.
  [[nodiscard]] std::int64_t parameters() const { return parameters_; }

  // Throws UserError, naming the combination: settings that contradict each other, or no value of what the budget
  // solves for that comes within its tolerance (with the nearest).
  [[nodiscard]] Arm arm(std::int64_t combination) const;

  // Key of the arm that the combination is compared to by [analysis] baseline. Nothing if there is no baseline, if
  // the combination is of the baseline itself, or if [[exclude]] leaves its baseline out.
  [[nodiscard]] std::optional<std::string> baseline_arm(std::int64_t combination) const;

 private:
  void require_possible(const trial::Settings& settings, std::int64_t combination) const;
  void require_within_tolerance(const Arm& arm, std::int64_t combination) const;

  const Sweep& sweep_;
  Grid grid_;
  std::int64_t parameters_;
};

}  // namespace headsweep::sweep
