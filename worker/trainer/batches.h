// Which samples a training step sees, and the sequences that are measured.
//
// samples = S > 0: an epoch is floor(S / batch) steps; step s is position s mod that of epoch s / that, and
// takes `batch` samples in the order of tasks::epoch_order(seed, epoch); the last partial batch is dropped.
// samples = 0: row b of step s is sample s * batch + b.
#pragma once

#include <cstdint>
#include <vector>

#include "tasks/task.h"
#include "trial/settings.h"

namespace headsweep::trainer {

// Sequences of one length, row by row; token ids, and targets with tasks::kNoLoss where there is no loss.
// 64-bit, as LibTorch's embedding and loss take them.
struct Sequences {
  std::int64_t count = 0;
  std::int64_t length = 0;
  std::vector<std::int64_t> tokens;
  std::vector<std::int64_t> targets;
};

// Samples `numbers` of a split, in that order. Requires checked settings.
Sequences generate_sequences(const trial::Settings& settings, tasks::Split split,
                             const std::vector<std::uint64_t>& numbers);

// The sequences a trial is measured on: the first `measure.sequences` samples of the split.
Sequences measured_sequences(const trial::Settings& settings, tasks::Split split);

// The training batches of one trial. Remembers the order of the current epoch only to save time: the answer
// is a function of the settings and the step.
class Batches {
 public:
  explicit Batches(const trial::Settings& settings);  // checked settings

  // The batch of update number `step` (from 0): `batch` sequences.
  Sequences at(std::int64_t step);

  // The numbers of its samples.
  std::vector<std::uint64_t> samples_at(std::int64_t step);

 private:
  trial::Settings settings_;
  std::int64_t ordered_epoch_ = -1;
  std::vector<std::uint32_t> order_;
};

}  // namespace headsweep::trainer
