// How a sample of the tasks of rearrangement.h is made: y_k = x[rearrangement_source(k)].
#pragma once

#include <cstddef>
#include <cstdint>

#include "tasks/separated.h"
#include "tasks/uniform_tokens.h"

namespace headsweep::tasks {

// |x| of kReverse, kDuplicate, kLeftShift and kCyclicShift.
HEADSWEEP_HOST_DEVICE inline std::int64_t rearrangement_payload(Sampler rule, const TaskShape& shape) {
  return shape.length / (rule == Sampler::kDuplicate ? 3 : 2);
}

// |y|, m = |x|.
HEADSWEEP_HOST_DEVICE inline std::int64_t rearrangement_outputs(Sampler rule, std::int64_t m,
                                                                std::int64_t shift) {
  if (rule == Sampler::kDuplicate) return 2 * m;
  return rule == Sampler::kLeftShift ? m - shift : m;
}

HEADSWEEP_HOST_DEVICE inline std::int64_t rearrangement_source(Sampler rule, std::int64_t k, std::int64_t m,
                                                               std::int64_t shift) {
  switch (rule) {
    case Sampler::kReverse:
      return m - 1 - k;
    case Sampler::kLeftShift:
      return k + shift;
    case Sampler::kCyclicShift:
      return (k - shift + m) % m;
    default:
      return k % m;
  }
}

HEADSWEEP_HOST_DEVICE inline void write_rearrangement(Sampler rule, const TaskShape& shape,
                                                      const SampleKey& key, const SampleRoom& room) {
  const std::int64_t m = rearrangement_payload(rule, shape);
  draw_uniform_tokens(key, shape.vocabulary - 1, room.tokens.first(static_cast<std::size_t>(m)));
  SeparatedOutput output(shape, m, room.tokens, room.targets);
  for (std::int64_t k = 0; k < rearrangement_outputs(rule, m, shape.shift); ++k) {
    output.append(room.tokens[static_cast<std::size_t>(rearrangement_source(rule, k, m, shape.shift))]);
  }
}

}  // namespace headsweep::tasks
