// Polling that does not burn a core: at once while busy, then ever longer waits, 50 us to 10 ms, each an eighth longer
// than the last. So what comes is found late by at most about an eighth of the time that nothing came.
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
    next_ = std::min(next_ + next_ / 8, kLongest);
  }

 private:
  static constexpr std::chrono::microseconds kShortest{50};
  static constexpr std::chrono::microseconds kLongest{10'000};

  std::chrono::microseconds next_ = kShortest;
};

}  // namespace headsweep::orchestrator
