// Payloads of independent uniform tokens: what tasks that do not constrain their tokens read.
#pragma once

#include <cstdint>
#include <span>

#include "tasks/task.h"

namespace headsweep::tasks {

// Fills `tokens` with a payload of that split, uniform among all its sequences of ids in [0, vocabulary).
// Tasks that use this function see equal tokens for equal (seed, split, sample, vocabulary, length), so they
// are paired. Requires 1 <= vocabulary <= 65536, tokens.size() <= 2^18, sample < 2^48 and
// kFewestPayloads payloads or more.
void draw_uniform_tokens(std::uint32_t seed, Split split, std::uint64_t sample, std::int64_t vocabulary,
                         std::span<std::int32_t> tokens);

// Number of these payloads, infinity where a double cannot hold it.
double count_uniform_payloads(std::int64_t vocabulary, std::int64_t tokens);

}  // namespace headsweep::tasks
