// When the next checkpoint is due: at the interval asked for, or later where writing one would take too much from training.
#pragma once

#include <algorithm>

namespace headsweep::trainer {

// The most of a trainer's time that writing checkpoints takes, from the third one of a bundle on.
inline constexpr double kCheckpointShare = 0.02;

class CheckpointInterval {
 public:
  // Seconds from the end of one checkpoint (or the beginning) to the next.
  explicit CheckpointInterval(double asked) : asked_(asked) {}

  [[nodiscard]] double seconds() const {
    return std::max(asked_, std::min(last_, last_but_one_) / kCheckpointShare);
  }

  // One was written (of all trials together, where several are trained), which took so many seconds. The shorter of the last
  // two counts: a file system that was stuck once, at the first one even, does not stretch the interval.
  void wrote(double seconds) {
    last_but_one_ = last_;
    last_ = seconds;
  }

 private:
  double asked_;
  double last_ = 0;
  double last_but_one_ = 0;
};

}  // namespace headsweep::trainer
