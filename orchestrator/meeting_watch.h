// Ends a process whose ranks do not meet: MPI's start and its collectives wait for ever for a rank that was killed before it came,
// whatever the way to run (Open MPI 4.1 with --enable-recovery: in MPI_Init; 5.0 with ULFM: in MPI_Comm_dup).
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

namespace headsweep::orchestrator {

// While it lives: after two minutes one line on stderr and the end of the process, with code 1. Long enough for the start of
// thousands of ranks.
class MeetingWatch {
 public:
  MeetingWatch();
  ~MeetingWatch();
  MeetingWatch(const MeetingWatch&) = delete;
  MeetingWatch& operator=(const MeetingWatch&) = delete;

 private:
  void watch();

  std::mutex mutex_;
  std::condition_variable changed_;
  bool met_ = false;  // under the mutex
  std::thread thread_;
};

}  // namespace headsweep::orchestrator
