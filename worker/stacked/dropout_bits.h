// Dropout decisions as bits, from the counters of worker/trainer/dropout_mask.h: the same decisions, bit for bit.
#pragma once

#include <cstdint>

#include "random/counter_random.h"
#include "worker/stacked/arithmetic.h"
#include "worker/stacked/trial_rows.h"

namespace headsweep::stacked {

// Bit i: whether element i of the block of 8 is kept.
HEADSWEEP_HOST_DEVICE inline std::uint8_t kept_of_block(const random::Block& words, std::uint32_t threshold) {
  unsigned bits = 0;
  HEADSWEEP_UNROLL
  for (int word = 0; word < 4; ++word) {
    const std::uint32_t both = words[static_cast<unsigned>(word)];
    bits |= ((both & 0xffffU) >= threshold ? 1U : 0U) << (2 * word);
    bits |= ((both >> 16) >= threshold ? 1U : 0U) << (2 * word + 1);
  }
  return static_cast<std::uint8_t>(bits);
}

// The bits of all layers' MLP outputs [rows][width]: bit e % 8 of byte e / 8. A thread draws a byte.
// Grid: (bytes / kThreads, layers, trials).
struct MlpDropoutBits {
  static constexpr int kThreads = 256;
  static constexpr int kBlocksAtOnce = 4;

  Trials trials;
  int bytes;                    // of a layer
  PerTrial<std::uint8_t> keep;  // [layers][bytes]

  template <class Block>
  HEADSWEEP_HOST_DEVICE void operator()(Block& block) const {
    const int trial = trials.number(block.z());
    const TrialRow& row = trials.rows[trial];
    const auto step = static_cast<std::uint32_t>(trials.states[trial].step);
    block.each_thread([&](int thread) {
      const int byte = block.x() * kThreads + thread;
      if (byte >= bytes) return;
      keep.of(trial)[static_cast<std::int64_t>(block.y()) * bytes + byte] =
          row.dropout_threshold == 0
              ? 0xff
              : kept_of_block(random::random_block(row.seed, random::Purpose::kMlpDropout, step,
                                                   static_cast<std::uint32_t>(block.y()),
                                                   static_cast<std::uint64_t>(byte)),
                              row.dropout_threshold);
    });
  }
};

}  // namespace headsweep::stacked
