// How long to sleep between two looks at something that cannot wake us.
#pragma once

#include <algorithm>
#include <chrono>

namespace headsweep::agent {

// Grows from 50 us to 10 ms, by an eighth each time, while nothing happens: what comes is found late by at most about an
// eighth of the time that nothing came, and an idle agent costs well under 1% of a core.
class IdleWait {
 public:
  using Duration = std::chrono::microseconds;

  void reset() { next_ = kShortest; }
  Duration next() {
    const Duration wait = next_;
    next_ = std::min(next_ + next_ / 8, kLongest);
    return wait;
  }

 private:
  static constexpr Duration kShortest{50};
  static constexpr Duration kLongest{10'000};
  Duration next_ = kShortest;
};

}  // namespace headsweep::agent
