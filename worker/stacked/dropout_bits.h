// Dropout decisions as bits, from the counters of worker/trainer/dropout_mask.h: the same decisions, bit for bit.
#pragma once

#include <cstdint>

#include "random/counter_random.h"
#include "worker/stacked/arithmetic.h"
#include "worker/stacked/trial_rows.h"

namespace headsweep::stacked {

// Bytes of one query's bits: its keys, padded so that rows begin at multiples of four bytes.
HEADSWEEP_HOST_DEVICE constexpr int bit_bytes(int length) {
  return round_up(divide_up(length, 8), 4);
}

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

// Of one attention matrix (layer, row of the batch, head), by all threads of a block: byte key / 8 of
// bits[query * bit_bytes(length)], keys up to the query; the others are arbitrary. No barrier at the end.
template <int kThreads, class Block>
HEADSWEEP_HOST_DEVICE void draw_attention_bits(Block& block, const TrialRow& trial, std::int64_t step,
                                               int layer, int row, int head, int length, std::uint8_t* bits) {
  const int blocks = divide_up(length, 8);
  block.each_thread([&](int thread) {
    for (int i = thread; i < length * blocks; i += kThreads) {
      const int query = i / blocks;
      const int key_block = i % blocks;
      if (key_block > query / 8) continue;
      std::uint8_t byte = 0xff;
      if (trial.dropout_threshold > 0) {
        const auto index = static_cast<std::uint64_t>(static_cast<std::int64_t>(row) * length + query) *
                               static_cast<std::uint64_t>(blocks) +
                           static_cast<std::uint64_t>(key_block);
        byte = kept_of_block(
            random::random_block(
                trial.seed, random::Purpose::kAttentionDropout, static_cast<std::uint32_t>(step),
                static_cast<std::uint32_t>(layer) << 16 | static_cast<std::uint32_t>(head), index),
            trial.dropout_threshold);
      }
      bits[query * bit_bytes(length) + key_block] = byte;
    }
  });
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
