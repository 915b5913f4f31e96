#include "tasks/uniform_tokens.h"

#include <cmath>

#include "tasks/payload.h"

namespace headsweep::tasks {

void draw_uniform_tokens(std::uint32_t seed, Split split, std::uint64_t sample, std::int64_t vocabulary,
                         std::span<std::int32_t> tokens) {
  draw_payload(seed, split, sample, DrawGroup::kUniformTokens, tokens,
               [vocabulary](Draws& draws, std::span<std::int32_t> payload) {
                 for (std::int32_t& token : payload) token = draws.below(vocabulary);
               });
}

double count_uniform_payloads(std::int64_t vocabulary, std::int64_t tokens) {
  return std::pow(static_cast<double>(vocabulary), static_cast<double>(tokens));
}

}  // namespace headsweep::tasks
