// Training samples drawn where they are used, by the code that draws them on a CPU (tasks/write_sample.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "tasks/write_sample.h"
#include "worker/stacked/arithmetic.h"
#include "worker/stacked/trial_rows.h"

namespace headsweep::stacked {

// What a trial's samples are drawn by.
struct DrawnTask {
  tasks::Sampler sampler;
  tasks::TaskShape shape;
  std::int64_t ids;  // tasks::ids_needed()
};

// The samples of all updates of a run, before the first of them. A thread draws one sample, then the one that is as
// many further on as there are threads: the payload of a sample is hashed in order, so it is one thread's work.
// Grid: (blocks, 1, trials that draw their samples).
struct DrawSamples {
  static constexpr int kThreads = 64;
  static constexpr int kBlocksAtOnce = 4;
  static constexpr int kMostBlocks = 4;  // of a trial: what bounds `ids`

  Trials trials;
  const DrawnTask* tasks;          // [trials of the bundle]
  const std::uint64_t* sample_of;  // [updates of the run][stack][batch]: numbers of samples
  int stack;                       // trials of the bundle, active or not
  int batch;                       // sequences
  int length;                      // positions
  int samples;                     // of a trial: updates * batch
  int blocks;                      // of the grid
  PerTrial<std::int32_t> ids;      // [blocks][kThreads][DrawnTask::ids]

  template <class Block>
  HEADSWEEP_HOST_DEVICE void operator()(Block& block) const {
    const int trial = trials.number(block.z());
    const TrialRow& row = trials.rows[trial];
    const DrawnTask& task = tasks[trial];
    block.each_thread([&](int thread) {
      const int first = block.x() * kThreads + thread;
      std::int32_t* const own_ids = ids.of(trial) + first * task.ids;
      for (int sample = first; sample < samples; sample += blocks * kThreads) {
        const std::int64_t place = static_cast<std::int64_t>(sample) * length;
        const std::int64_t number = (static_cast<std::int64_t>(sample / batch) * stack + trial) * batch;
        tasks::write_sample(task.sampler, task.shape,
                            {row.seed, tasks::Split::kTraining, sample_of[number + sample % batch]},
                            {span_of(row.tokens + place, length), span_of(row.targets + place, length),
                             span_of(own_ids, task.ids)});
      }
    });
  }

 private:
  HEADSWEEP_HOST_DEVICE static std::span<std::int32_t> span_of(std::int32_t* first, std::int64_t count) {
    return {first, static_cast<std::size_t>(count)};
  }
};

}  // namespace headsweep::stacked
