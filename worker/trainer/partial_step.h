// An optimiser update of one trial whose batch several workers share: the gradient of this worker's rows, then, once
// all workers' gradients are added up, Adam.
#pragma once

#include <cstdint>
#include <memory>

#include "trial/settings.h"
#include "worker/trainer/bundle_buffers.h"
#include "worker/trainer/row_range.h"

namespace headsweep::trainer {

// Sums over the rows of one worker; added over all workers they are those of the batch.
struct PartOutcome {
  double loss = 0;       // over the loss positions
  double correct = 0;    // of them
  double positions = 0;  // number of them
  double diversity = 0;  // over the rows (head_diversity.h); 0 without a penalty
};

class PartialStep {
 public:
  virtual ~PartialStep() = default;

  // Leaves in the buffers' gradients what the rows contribute to the gradient of update number `step` (from 0): the
  // contributions of all rows of the batch add up to its gradient.
  virtual PartOutcome differentiate(std::int64_t step) = 0;
  // Adam, with the buffers' gradients: by now those of the whole batch.
  virtual void update(std::int64_t step) = 0;
};

// By LibTorch's autograd, on any device. Borrows `buffers`, of one trial. At least one row.
std::unique_ptr<PartialStep> make_eager_part(const trial::Settings& settings, const BundleBuffers& buffers,
                                             const RowRange& rows, std::int64_t threads = 1);

}  // namespace headsweep::trainer
