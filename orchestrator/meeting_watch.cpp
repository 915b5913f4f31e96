#include "orchestrator/meeting_watch.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <unistd.h>

namespace headsweep::orchestrator {
namespace {

constexpr std::chrono::seconds kPatience{120};

}  // namespace

MeetingWatch::MeetingWatch() : thread_(&MeetingWatch::watch, this) {}

MeetingWatch::~MeetingWatch() {
  {
    const std::lock_guard lock(mutex_);
    met_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void MeetingWatch::watch() {
  std::unique_lock lock(mutex_);
  if (changed_.wait_for(lock, kPatience, [this] { return met_; })) return;
  std::fprintf(
      stderr,
      "headsweep: the ranks did not meet within %lld s: a rank was lost as the run began; run the same "
      "command again\n",
      static_cast<long long>(kPatience.count()));
  std::fflush(nullptr);
  _exit(EXIT_FAILURE);
}

}  // namespace headsweep::orchestrator
