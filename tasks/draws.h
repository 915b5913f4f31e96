// The random numbers of one sample, read in order.
#pragma once

#include <cstdint>

#include "random/counter_random.h"
#include "tasks/sampler.h"

namespace headsweep::tasks {

// What the numbers are for: the draw group of random::Purpose::kTrainingTokens. Tasks that draw the same
// payloads share a group, so they are paired: equal (seed, split, sample) give equal payloads. Values are
// part of every result: never change one.
enum class DrawGroup : std::uint32_t {
  kUniformTokens = 0,
  kDistinctTokens = 1,
  kRecallPairs = 2,
  kScatteredTokens = 3,
  kBracketedTokens = 4,
  kQueries = 5,
};

// Word w is word w % 4 of block w / 4; at most 2^18 words. `redraw` counts payloads thrown away because they
// belong to the other split. Requires sample < 2^48.
class Draws {
 public:
  HEADSWEEP_HOST_DEVICE Draws(const SampleKey& key, DrawGroup group, std::uint32_t redraw = 0)
      : seed_(key.seed),
        purpose_(key.split == Split::kTraining ? random::Purpose::kTrainingTokens
                                               : random::Purpose::kHeldOutTokens),
        group_(static_cast<std::uint32_t>(group)),
        redraw_(redraw),
        first_block_(key.sample << 16) {}

  // Uniform in [0, bound). Requires 1 <= bound < 2^32.
  [[nodiscard]] HEADSWEEP_HOST_DEVICE std::int32_t below(std::int64_t bound) {
    const std::size_t lane = used_ % block_.size();
    if (lane == 0) {
      block_ = random::random_block(seed_, purpose_, group_, redraw_, first_block_ | used_ / block_.size());
    }
    ++used_;
    return static_cast<std::int32_t>(random::uniform_below(block_[lane], static_cast<std::uint32_t>(bound)));
  }

 private:
  std::uint32_t seed_;
  random::Purpose purpose_;
  std::uint32_t group_;
  std::uint32_t redraw_;
  std::uint64_t first_block_;
  std::uint64_t used_ = 0;
  random::Block block_{};
};

}  // namespace headsweep::tasks
