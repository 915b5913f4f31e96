// The owner's sign of life in its file, for hosts that cannot see its lock.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "results/owner.h"

namespace headsweep::results {

class OwnerBeat {
 public:
  // Renews the beat of `own` in `file`, which is open as `descriptor` and holds its text, every `interval`, on a thread of its
  // own. Both outlive this.
  OwnerBeat(std::filesystem::path file, int descriptor, Owner own, std::chrono::milliseconds interval);
  ~OwnerBeat();
  OwnerBeat(const OwnerBeat&) = delete;
  OwnerBeat& operator=(const OwnerBeat&) = delete;

  // Whether the file was found to be another's, or gone: whoever took the store over may write to it. Looks at the file where
  // the last look was so long ago that beats were missed: this process was stopped, or its machine slept. Any thread.
  [[nodiscard]] bool is_lost();
  // Looks at the file now.
  [[nodiscard]] bool is_lost_by_now();

 private:
  [[nodiscard]] bool was_seen_within(std::chrono::nanoseconds time) const;
  [[nodiscard]] bool is_anothers() const;
  void beat_until_ended();
  void renew();

  std::filesystem::path file_;
  int descriptor_;
  Owner own_;
  std::chrono::milliseconds interval_;
  std::atomic<bool> is_lost_ = false;
  std::atomic<std::chrono::nanoseconds>
      seen_;  // when the last look that found it to be our own began, since boot
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;  // under the mutex
  std::thread thread_;
};

}  // namespace headsweep::results
