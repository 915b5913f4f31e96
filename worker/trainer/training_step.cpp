#include "worker/trainer/training_step.h"

namespace headsweep::trainer {

std::vector<BatchOutcome> TrainingStep::advance_several(std::int64_t step, std::int64_t updates,
                                                        std::span<const std::size_t> trials) {
  std::vector<BatchOutcome> outcomes;
  for (std::int64_t update = 0; update < updates; ++update) {
    const std::vector<BatchOutcome> own = advance(step + update, trials);
    outcomes.insert(outcomes.end(), own.begin(), own.end());
  }
  return outcomes;
}

}  // namespace headsweep::trainer
