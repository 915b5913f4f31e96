// An observer that remembers the last progress and says nothing.
#pragma once

#include "orchestrator/run_observer.h"

namespace headsweep::orchestrator::testing {

class QuietObserver final : public RunObserver {
 public:
  void on_progress(const Progress& progress) override { last_ = progress; }
  void on_record(const results::Record&) override {}
  [[nodiscard]] const Progress& last() const { return last_; }

 private:
  Progress last_;
};

}  // namespace headsweep::orchestrator::testing
