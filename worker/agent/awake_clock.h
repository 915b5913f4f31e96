// Time as an agent lives it.
#pragma once

#include <algorithm>
#include <chrono>

namespace headsweep::agent {

using Time = std::chrono::steady_clock::time_point;
using Seconds = std::chrono::duration<double>;

// A steady clock that stands still while the process is stopped (SIGSTOP, a debugger, a suspended job): coordinator
// and trainer were stopped with it and must not be called silent afterwards.
class AwakeClock {
 public:
  // To be called at least once a second. A longer pause counts as that second.
  Time now() {
    const Time real = std::chrono::steady_clock::now();
    awake_ += std::min<Time::duration>(real - last_, std::chrono::seconds(1));
    last_ = real;
    return awake_;
  }

 private:
  Time last_ = std::chrono::steady_clock::now();
  Time awake_ = last_;
};

}  // namespace headsweep::agent
