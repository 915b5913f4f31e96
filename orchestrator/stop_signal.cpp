#include "orchestrator/stop_signal.h"

#include <atomic>

#include "errors/check.h"

namespace headsweep::orchestrator {
namespace {

// Handlers can reach nothing but globals. 0: none yet.
std::atomic<int> first_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free);
std::atomic<int> interrupts = 0;
std::atomic<bool> is_installed = false;

void note_signal(int signal) {
  int none = 0;
  first_signal.compare_exchange_strong(none, signal);
  if (signal != SIGINT || interrupts++ == 0) return;
  // Blocked while this handler runs, so it is delivered, with its default effect, when the handler returns.
  std::signal(SIGINT, SIG_DFL);
  raise(SIGINT);
}

const char* name_of(int signal) {
  switch (signal) {
    case SIGINT:
      return "SIGINT";
    case SIGTERM:
      return "SIGTERM";
    default:
      return "SIGUSR1";
  }
}

}  // namespace

StopSignal::StopSignal() {
  check(!is_installed.exchange(true), "one StopSignal at a time");
  first_signal = 0;
  interrupts = 0;
  struct sigaction action {};
  action.sa_handler = note_signal;
  action.sa_flags = SA_RESTART;  // calls of other threads and libraries are not to fail with EINTR
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    check(sigaction(kSignals[i], &action, &found_[i]) == 0, "a signal handler can be installed");
  }
}

StopSignal::~StopSignal() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &found_[i], nullptr);
  is_installed = false;
}

std::optional<std::string> StopSignal::received() const {
  const int signal = first_signal;
  if (signal == 0) return std::nullopt;
  return std::string("interrupted by ") + name_of(signal);
}

}  // namespace headsweep::orchestrator
