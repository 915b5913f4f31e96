// Combinations that differ only in settings that mean nothing are one arm; the plan says so.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sweep/grid.h"
#include "sweep/sweep_file.h"

namespace headsweep::sweep {

// Why the two combinations, whose arms are equal, are no mistake: "diversity.penalty_weight means nothing with
// diversity.penalty = "none"". Empty: nothing explains it.
std::vector<std::string> why_equal(const Sweep& sweep, const Grid& grid, std::int64_t first,
                                   std::int64_t second);

// Counts what is left out of a plan, and why.
class LeftOut {
 public:
  explicit LeftOut(const Sweep& sweep) : sweep_(sweep) {}

  void excluded() { ++excluded_; }
  void collapsed(const std::vector<std::string>& why);
  // A combination with the settings as written, in the plan or collapsed.
  void seen(const trial::Settings& as_written);

  // One line for each thing to be known: combinations that were excluded or collapsed, settings of the file that
  // mean nothing in any trial.
  [[nodiscard]] std::vector<std::string> notes(std::int64_t combinations) const;

 private:
  const Sweep& sweep_;
  std::int64_t excluded_ = 0;
  std::int64_t collapsed_ = 0;
  std::vector<std::string> reasons_;  // each once, in the order in which they came up
  bool has_seen_ = false;
  std::vector<trial::Meaningless> idle_;  // settings that no axis varies and that meant nothing so far
};

}  // namespace headsweep::sweep
