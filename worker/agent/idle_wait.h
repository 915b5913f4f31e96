// How long to sleep between two looks at something that cannot wake us.
#pragma once

#include <algorithm>
#include <chrono>

namespace headsweep::agent {

// Doubles from 50 us to 5 ms while nothing happens: reaction is quick while messages flow, and an idle agent costs
// well under 1% of a core.
class IdleWait {
 public:
  using Duration = std::chrono::microseconds;

  void reset() { next_ = kShortest; }
  Duration next() {
    const Duration wait = next_;
    next_ = std::min(2 * next_, kLongest);
    return wait;
  }

 private:
  static constexpr Duration kShortest{50};
  static constexpr Duration kLongest{5000};
  Duration next_ = kShortest;
};

}  // namespace headsweep::agent
