// Payloads in which no id occurs twice: what tasks read whose answer would be ambiguous otherwise.
#pragma once

#include <cstdint>
#include <span>

#include "tasks/draws.h"
#include "tasks/task.h"

namespace headsweep::tasks {

// Fills `chosen` with different ids of [0, bound), every ordered choice equally likely (the head of a
// Fisher-Yates shuffle). Requires chosen.size() <= bound <= 65536.
void choose_distinct(Draws& draws, std::int64_t bound, std::span<std::int32_t> chosen);

// A payload of that split made by choose_distinct(). Requires kFewestPayloads payloads or more.
void draw_distinct_tokens(std::uint32_t seed, Split split, std::uint64_t sample, std::int64_t vocabulary,
                          std::span<std::int32_t> tokens);

// Number of ordered choices of `tokens` different ids, infinity where a double cannot hold it.
double count_distinct_payloads(std::int64_t vocabulary, std::int64_t tokens);

}  // namespace headsweep::tasks
