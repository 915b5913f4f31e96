// Signs of life of a trial, often enough for its agent and not more.
#pragma once

#include <chrono>
#include <cstdint>

#include "worker/trainer/agent_side.h"

namespace headsweep::trainer {

class ProgressReporter {
 public:
  ProgressReporter(protocol::AttemptId attempt, AgentSide& agent) : attempt_(attempt), agent_(agent) {}

  // Sends TrialProgress if the last one is half a second old, or said that a file is written. The speed is that since the last
  // one; while no steps are done (measuring), the last one known.
  void report(std::int64_t step) {
    const auto now = std::chrono::steady_clock::now();
    const double seconds = std::chrono::duration<double>(now - last_time_).count();
    if (seconds < kSeconds && !writes_) return;
    send(step, now, false);
  }

  // A file is written now: until the next report() the agent waits for it.
  void report_writing(std::int64_t step) { send(step, std::chrono::steady_clock::now(), true); }

  // The trial goes on from here: earlier steps do not count as done since.
  void begin_at(std::int64_t step) {
    last_step_ = step;
    last_time_ = std::chrono::steady_clock::now();
  }

 private:
  static constexpr double kSeconds = 0.5;

  void send(std::int64_t step, std::chrono::steady_clock::time_point now, bool writes) {
    const double seconds = std::chrono::duration<double>(now - last_time_).count();
    if (seconds >= kSeconds) {  // steps that were done at once come within microseconds: no speed
      if (step > last_step_) steps_per_second_ = static_cast<double>(step - last_step_) / seconds;
      last_time_ = now;
      last_step_ = step;
    }
    writes_ = writes;
    agent_.send(protocol::TrialProgress{attempt_, step, steps_per_second_, writes});
  }

  protocol::AttemptId attempt_;
  AgentSide& agent_;
  std::chrono::steady_clock::time_point last_time_ = std::chrono::steady_clock::now();
  std::int64_t last_step_ = 0;
  double steps_per_second_ = 0;
  bool writes_ = false;  // said last
};

}  // namespace headsweep::trainer
