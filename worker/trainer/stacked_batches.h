// Gives a stack its data: training sets that are small enough lie in the device's memory and are drawn once; of others,
// and of fresh samples, the batches of each run are drawn and copied before it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trial/settings.h"
#include "worker/stacked/stacked_update.h"
#include "worker/trainer/batches.h"

namespace headsweep::trainer {

class StackedBatches {
 public:
  // `settings`: those of the stack. Borrows `update`.
  StackedBatches(const std::vector<trial::Settings>& settings, stacked::StackedUpdate& update);

  // StackedUpdate::run() on the batches that each trial has at these steps.
  std::vector<stacked::TrialOutcome> run(std::int64_t step, std::int64_t updates,
                                         std::span<const std::size_t> active);

 private:
  [[nodiscard]] bool stays_on_device(std::size_t trial) const;
  void set_samples(std::size_t trial, const std::vector<std::uint64_t>& numbers);

  std::vector<trial::Settings> settings_;
  stacked::StackedUpdate& update_;
  std::vector<Batches> batches_;
};

}  // namespace headsweep::trainer
