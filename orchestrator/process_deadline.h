// Ends the process if something takes too long that nothing else can end: MPI's start, its collectives and its end wait for ever for
// a rank that was killed before it came to them, whatever the way to run (Open MPI 4.1 with --enable-recovery: in MPI_Init; 5.0
// with ULFM: in MPI_Comm_dup).
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace headsweep::orchestrator {

class ProcessDeadline {
 public:
  // Unless this is destroyed within `patience`: writes `line`, if there is one, to stderr and ends the process with `exit_code`,
  // without MPI_Finalize or destructors.
  ProcessDeadline(std::chrono::seconds patience, std::string line, int exit_code);
  ~ProcessDeadline();
  ProcessDeadline(const ProcessDeadline&) = delete;
  ProcessDeadline& operator=(const ProcessDeadline&) = delete;

 private:
  void watch(std::chrono::seconds patience);

  std::string line_;
  int exit_code_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;  // under the mutex
  std::thread thread_;
};

}  // namespace headsweep::orchestrator
