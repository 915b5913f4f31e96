#include "tasks/distinct_tokens.h"

#include <numeric>
#include <utility>
#include <vector>

#include "tasks/payload.h"

namespace headsweep::tasks {

void choose_distinct(Draws& draws, std::int64_t bound, std::span<std::int32_t> chosen) {
  std::vector<std::int32_t> ids(static_cast<std::size_t>(bound));
  std::iota(ids.begin(), ids.end(), 0);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const auto left = static_cast<std::int64_t>(ids.size() - i);
    std::swap(ids[i], ids[i + static_cast<std::size_t>(draws.below(left))]);
    chosen[i] = ids[i];
  }
}

void draw_distinct_tokens(std::uint32_t seed, Split split, std::uint64_t sample, std::int64_t vocabulary,
                          std::span<std::int32_t> tokens) {
  draw_payload(seed, split, sample, DrawGroup::kDistinctTokens, tokens,
               [vocabulary](Draws& draws, std::span<std::int32_t> payload) {
                 choose_distinct(draws, vocabulary, payload);
               });
}

double count_distinct_payloads(std::int64_t vocabulary, std::int64_t tokens) {
  double count = 1.0;
  for (std::int64_t i = 0; i < tokens; ++i) count *= static_cast<double>(vocabulary - i);
  return count;
}

}  // namespace headsweep::tasks
