#include "orchestrator/process_deadline.h"

#include <cstdio>
#include <utility>

#include <unistd.h>

namespace headsweep::orchestrator {

ProcessDeadline::ProcessDeadline(std::chrono::seconds patience, std::string line, int exit_code)
    : line_(std::move(line)), exit_code_(exit_code), thread_(&ProcessDeadline::watch, this, patience) {}

ProcessDeadline::~ProcessDeadline() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void ProcessDeadline::watch(std::chrono::seconds patience) {
  std::unique_lock lock(mutex_);
  if (changed_.wait_for(lock, patience, [this] { return over_; })) return;
  if (!line_.empty()) std::fprintf(stderr, "headsweep: %s\n", line_.c_str());
  std::fflush(nullptr);
  _exit(exit_code_);
}

}  // namespace headsweep::orchestrator
