// Independent uniform tokens of one sample: what tasks that do not constrain their tokens read.
#pragma once

#include <cstdint>
#include <span>

#include "tasks/task.h"

namespace headsweep::tasks {

// Fills `tokens` with independent uniform ids in [0, vocabulary). Tasks that use this function see equal
// tokens for equal (seed, split, sample), so they are paired. Tokens of a longer sequence begin with those of
// a shorter one. Requires 1 <= vocabulary <= 65536, tokens.size() <= 2^18 and sample < 2^48.
void draw_uniform_tokens(std::uint32_t seed, Split split, std::uint64_t sample, std::int64_t vocabulary,
                         std::span<std::int32_t> tokens);

}  // namespace headsweep::tasks
