#include "tasks/uniform_tokens.h"

#include "random/counter_random.h"

namespace headsweep::tasks {
namespace {

constexpr std::uint32_t kUniformTokens = 0;  // draw group of random::Purpose::kTrainingTokens

random::Purpose purpose_of(Split split) {
  return split == Split::kTraining ? random::Purpose::kTrainingTokens : random::Purpose::kHeldOutTokens;
}

}  // namespace

void draw_uniform_tokens(std::uint32_t seed, Split split, std::uint64_t sample, std::int64_t vocabulary,
                         std::span<std::int32_t> tokens) {
  const auto bound = static_cast<std::uint32_t>(vocabulary);
  random::Block block{};
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::size_t lane = i % block.size();
    if (lane == 0) {
      block =
          random::random_block(seed, purpose_of(split), kUniformTokens, 0, sample << 16 | i / block.size());
    }
    tokens[i] = static_cast<std::int32_t>(random::uniform_below(block[lane], bound));
  }
}

}  // namespace headsweep::tasks
