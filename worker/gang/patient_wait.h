// Waits for other processes: at first by yielding, then in sleeps that grow with what was waited, to five milliseconds.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <sstream>
#include <thread>
#include <utility>

#include "worker/gang/group.h"

namespace headsweep::gang {

class PatientWait {
 public:
  PatientWait(double seconds, Group::WhileWaiting meanwhile)
      : seconds_(seconds), meanwhile_(std::move(meanwhile)) {}

  // Throws GroupLost at the deadline, and whatever `meanwhile` throws.
  void once_more() {
    if (yields_ < kYields) {
      ++yields_;
      std::this_thread::yield();
      return;
    }
    if (meanwhile_) meanwhile_();
    const Seconds waited = std::chrono::steady_clock::now() - begin_;
    if (waited.count() > seconds_) {
      std::ostringstream text;
      text << "the other members of the gang are silent for " << seconds_ << " s";
      throw GroupLost(text.str());
    }
    std::this_thread::sleep_for(std::clamp(waited / 32, kShortestSleep, kLongestSleep));
  }

 private:
  using Seconds = std::chrono::duration<double>;
  static constexpr int kYields = 20;
  static constexpr Seconds kShortestSleep{5e-5};
  static constexpr Seconds kLongestSleep{5e-3};

  double seconds_;
  Group::WhileWaiting meanwhile_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  int yields_ = 0;
};

}  // namespace headsweep::gang
