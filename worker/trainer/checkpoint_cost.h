// What a trainer's checkpoints cost it: when the next one is due, at the interval asked for or later where writing it would take
// too much from training.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

namespace headsweep::trainer {

// The most of a trainer's time that writing checkpoints takes, from its third one on.
inline constexpr double kCheckpointShare = 0.02;

// Of one process, from bundle to bundle: trials of a sweep have as many parameters, within its tolerance.
class CheckpointCost {
 public:
  // Seconds from the end of one checkpoint (or the beginning) to the next one of so many trials.
  [[nodiscard]] double interval(double asked, std::size_t trials) const {
    return std::max(asked, usual() * static_cast<double>(trials) / kCheckpointShare);
  }

  // Those of so many trials were written, which took so many seconds together. The median of the last three counts: a file
  // system that was stuck once, at the first one even, does not stretch the interval. Requires trials > 0.
  void wrote(double seconds, std::size_t trials) {
    last_[next_] = seconds / static_cast<double>(trials);
    next_ = (next_ + 1) % last_.size();
  }

 private:
  [[nodiscard]] double usual() const {
    auto sorted = last_;
    std::ranges::sort(sorted);
    return sorted[1];
  }

  std::array<double, 3> last_{};  // of each trial; the order is of no matter
  std::size_t next_ = 0;
};

}  // namespace headsweep::trainer
