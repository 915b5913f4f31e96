// Watches a run, to show it to people. Called on the coordinator's thread: must not block for long.
#pragma once

#include "orchestrator/progress.h"
#include "results/store_writer.h"

namespace headsweep::orchestrator {

class RunObserver {
 public:
  virtual ~RunObserver() = default;
  // A few times a second, and once at the end.
  virtual void on_progress(const Progress& progress) = 0;
  // Whatever is about to be written to the store: failures, lost workers, ...
  virtual void on_record(const results::Record& record) = 0;
};

}  // namespace headsweep::orchestrator
