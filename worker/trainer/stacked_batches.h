// Gives a stack its data: training sets that are small enough lie in the device's memory and are drawn once; of others,
// and of fresh samples, only the numbers go there, and the device draws them.
#pragma once

#include <cstddef>
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
  std::size_t batch_;
  stacked::StackedUpdate& update_;
  std::vector<Batches> batches_;
};

}  // namespace headsweep::trainer
