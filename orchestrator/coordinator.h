// The coordinator's loop: carries events from the workers' lines, the record sink and the clock to the
// scheduler, and its actions back. One thread; never waits for a worker nor for the store.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/idle_wait.h"
#include "orchestrator/record_sink.h"
#include "orchestrator/run_observer.h"
#include "orchestrator/scheduler.h"
#include "protocol/links.h"

namespace headsweep::orchestrator {

// Why the run is to stop ("SIGINT"), or nothing. Polled.
using StopRequest = std::function<std::optional<std::string>()>;

// More trials of a sweep that may grow. Polled from when all others are committed until it has an answer; never waits.
using MoreTrials = std::function<std::optional<std::vector<results::OpenTrial>>()>;

class Coordinator {
 public:
  // `walltime_seconds`: from now; the run is stopped early enough to drain before it is over.
  // Everything referred to must outlive the coordinator.
  Coordinator(
      Scheduler scheduler, protocol::WorkerLinks& links, RecordSink& sink, RunObserver& observer,
      StopRequest stop_request, std::optional<double> walltime_seconds,
      MoreTrials more_trials = [] { return std::vector<results::OpenTrial>{}; });

  // Runs until the scheduler has finished; all records were submitted then, not necessarily committed. Call
  // once. Throws UserError if the sink failed or no worker could start a trainer, after the workers were told
  // to shut down.
  Ending run();

 private:
  using Clock = std::chrono::steady_clock;

  // All return whether there was something to do.
  bool read_messages();
  bool pass_on_commits();
  void note_ended_workers();
  void check_stop();
  void check_sink();
  void show_progress();
  void perform(Actions actions);
  bool grow();
  [[nodiscard]] double elapsed_seconds() const;

  Scheduler scheduler_;
  protocol::WorkerLinks& links_;
  RecordSink& sink_;
  RunObserver& observer_;
  StopRequest stop_request_;
  MoreTrials more_trials_;
  std::optional<double> stop_at_seconds_;
  Clock::time_point began_ = Clock::now();
  bool heard_all_ = false;
  bool stop_passed_on_ = false;
  bool sink_failed_ = false;
  bool is_growing_ = false;  // more trials were asked for
  double next_progress_seconds_ = 0;
  std::optional<Ending> ending_;
};

}  // namespace headsweep::orchestrator
