// Shows people how a run goes, on stderr: a bar that is redrawn where it is a terminal, plain lines elsewhere.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "orchestrator/run_observer.h"

namespace headsweep::cli {

// "[#########-----------]  45%  11/24 done, 2 running, 1 failed  38.2/min  0:21 left"; at most 78 columns.
std::string progress_line(const orchestrator::Progress& progress);

// Whether a person watches: stderr is a terminal, or that of the launcher which passes this process's stderr on.
bool stderr_reaches_terminal();

class ProgressDisplay final : public orchestrator::RunObserver {
 public:
  // `redrawn`: a bar that overwrites itself; else a line every 10 seconds.
  explicit ProgressDisplay(bool redrawn);

  void on_progress(const orchestrator::Progress& progress) override;
  // Failures, lost workers and events are a line each, above the bar.
  void on_record(const results::Record& record) override;

  // Leaves the last state on a line of its own. Call once, after the run.
  void finish();

 private:
  void show(const std::string& line);
  void say(const std::string& line);

  bool redrawn_;
  std::string last_line_;
  std::string last_plain_line_;
  std::chrono::steady_clock::time_point next_plain_line_;
  bool any_ = false;
};

// Shows nothing (--quiet).
class SilentObserver final : public orchestrator::RunObserver {
 public:
  void on_progress(const orchestrator::Progress&) override {}
  void on_record(const results::Record&) override {}
};

}  // namespace headsweep::cli
