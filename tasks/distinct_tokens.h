// Payloads in which no id occurs twice: what tasks read whose answer would be ambiguous otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "tasks/payload.h"

namespace headsweep::tasks {

// Fills `chosen` with different ids of [0, bound), every ordered choice equally likely (the head of a
// Fisher-Yates shuffle of `ids`). Requires chosen.size() <= bound <= min(65536, ids.size()).
HEADSWEEP_HOST_DEVICE inline void choose_distinct(Draws& draws, std::int64_t bound,
                                                  std::span<std::int32_t> chosen,
                                                  std::span<std::int32_t> ids) {
  for (std::int64_t id = 0; id < bound; ++id) {
    ids[static_cast<std::size_t>(id)] = static_cast<std::int32_t>(id);
  }
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const auto place = i + static_cast<std::size_t>(draws.below(bound - static_cast<std::int64_t>(i)));
    chosen[i] = ids[place];
    ids[place] = ids[i];
  }
}

// A payload of that split made by choose_distinct(). Requires kFewestPayloads payloads or more.
HEADSWEEP_HOST_DEVICE inline void draw_distinct_tokens(const SampleKey& key, std::int64_t vocabulary,
                                                       std::span<std::int32_t> tokens,
                                                       std::span<std::int32_t> ids) {
  draw_payload(key, DrawGroup::kDistinctTokens, tokens,
               [vocabulary, ids](Draws& draws, std::span<std::int32_t> payload) {
                 choose_distinct(draws, vocabulary, payload, ids);
               });
}

// Number of ordered choices of `tokens` different ids, infinity where a double cannot hold it.
double count_distinct_payloads(std::int64_t vocabulary, std::int64_t tokens);

}  // namespace headsweep::tasks
