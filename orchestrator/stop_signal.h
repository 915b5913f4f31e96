// SIGINT, SIGTERM and SIGUSR1 as a flag that the coordinator's loop polls.
#pragma once

#include <array>
#include <csignal>
#include <optional>
#include <string>

namespace headsweep::orchestrator {

// While it lives, the first of these signals raises the flag; a second SIGINT ends the process at once, as if
// it had never been caught. One at a time in a process; the destructor restores the handlers found.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  // "interrupted by SIGINT", or nothing yet.
  [[nodiscard]] std::optional<std::string> received() const;

 private:
  static constexpr std::array kSignals = {SIGINT, SIGTERM, SIGUSR1};
  std::array<struct sigaction, kSignals.size()> found_{};
};

}  // namespace headsweep::orchestrator
