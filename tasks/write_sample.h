// The sample of any task.
#pragma once

#include <cstdint>

#include "tasks/bracketed_copy_sample.h"
#include "tasks/in_place_samples.h"
#include "tasks/induction_sample.h"
#include "tasks/rearrangement_sample.h"
#include "tasks/recall_sample.h"
#include "tasks/sampler.h"
#include "tasks/selective_copy_sample.h"
#include "tasks/sort_sample.h"

namespace headsweep::tasks {

// Size of SampleRoom::ids.
inline std::int64_t ids_needed(Sampler sampler, const TaskShape& shape) {
  switch (sampler) {
    case Sampler::kInduction:
      return shape.vocabulary;
    case Sampler::kAssociativeRecall:
      return recall_layout(shape).key_ids;
    case Sampler::kSort:
      return shape.vocabulary - 1;
    default:
      return 0;
  }
}

// Writes all of room.tokens and room.targets. The contract is that of Task::generate().
HEADSWEEP_HOST_DEVICE inline void write_sample(Sampler sampler, const TaskShape& shape, const SampleKey& key,
                                               const SampleRoom& room) {
  switch (sampler) {
    case Sampler::kCopy:
      return write_copy(shape, key, room);
    case Sampler::kShift:
      return write_shift(shape, key, room);
    case Sampler::kCycle:
      return write_cycle(shape, key, room);
    case Sampler::kPrefixParity:
      return write_prefix_parity(key, room);
    case Sampler::kInduction:
      return write_induction(shape, key, room);
    case Sampler::kAssociativeRecall:
      return write_recall(shape, key, room);
    case Sampler::kSelectiveCopy:
      return write_selective_copy(shape, key, room);
    case Sampler::kReverse:
    case Sampler::kDuplicate:
    case Sampler::kLeftShift:
    case Sampler::kCyclicShift:
      return write_rearrangement(sampler, shape, key, room);
    case Sampler::kSort:
      return write_sort(shape, key, room);
    case Sampler::kBracketedCopy:
      return write_bracketed_copy(shape, key, room);
  }
}

}  // namespace headsweep::tasks
