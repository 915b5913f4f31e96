// Polling that does not burn a core: at once while busy, then ever longer waits, 50 us to 5 ms.
#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace headsweep::orchestrator {

class IdleWait {
 public:
  // Call when a round of polling found something to do.
  void reset() { next_ = kShortest; }
  // Call when it found nothing.
  void wait() {
    std::this_thread::sleep_for(next_);
    next_ = std::min(2 * next_, kLongest);
  }

 private:
  static constexpr std::chrono::microseconds kShortest{50};
  static constexpr std::chrono::microseconds kLongest{5000};

  std::chrono::microseconds next_ = kShortest;
};

}  // namespace headsweep::orchestrator
