// Payloads of independent uniform tokens: what tasks that do not constrain their tokens read.
#pragma once

#include <cstdint>
#include <span>

#include "tasks/payload.h"

namespace headsweep::tasks {

// Fills `tokens` with a payload of that split, uniform among all its sequences of ids in [0, vocabulary).
// Tasks that use this function see equal tokens for equal (key, vocabulary, length), so they are paired. Requires
// 1 <= vocabulary <= 65536, tokens.size() <= 2^18 and kFewestPayloads payloads or more.
HEADSWEEP_HOST_DEVICE inline void draw_uniform_tokens(const SampleKey& key, std::int64_t vocabulary,
                                                      std::span<std::int32_t> tokens) {
  draw_payload(key, DrawGroup::kUniformTokens, tokens,
               [vocabulary](Draws& draws, std::span<std::int32_t> payload) {
                 for (std::int32_t& token : payload) token = draws.below(vocabulary);
               });
}

// Number of these payloads, infinity where a double cannot hold it.
double count_uniform_payloads(std::int64_t vocabulary, std::int64_t tokens);

}  // namespace headsweep::tasks
