// What a trainer's checkpoints cost it: when the next one is due, at the interval asked for or later where writing it would take
// too much from training.
#pragma once

#include <algorithm>
#include <cstddef>

namespace headsweep::trainer {

// The most of a trainer's time that writing checkpoints takes, from its third one on.
inline constexpr double kCheckpointShare = 0.02;

// Of one process, from bundle to bundle: trials of a sweep have as many parameters, within its tolerance.
class CheckpointCost {
 public:
  // Seconds from the end of one checkpoint (or the beginning) to the next one of so many trials.
  [[nodiscard]] double interval(double asked, std::size_t trials) const {
    return std::max(asked, std::min(last_, last_but_one_) * static_cast<double>(trials) / kCheckpointShare);
  }

  // Those of so many trials were written, which took so many seconds together. The shorter of the last two counts: a file
  // system that was stuck once, at the first one even, does not stretch the interval. Requires trials > 0.
  void wrote(double seconds, std::size_t trials) {
    last_but_one_ = last_;
    last_ = seconds / static_cast<double>(trials);
  }

 private:
  double last_ = 0;  // of each trial
  double last_but_one_ = 0;
};

}  // namespace headsweep::trainer
