// Which keys a query sees, and which of these dropout keeps, as bits in shared memory.
//
// Word key / 8 of a query's row: bit key % 8 says whether the query sees the key (it is not later, and in the head's
// graph), bit 8 + key % 8 whether dropout keeps it, by the counters of worker/trainer/dropout_mask.h. So one read
// answers both for several keys.
#pragma once

#include <cstdint>

#include "worker/stacked/attention_lanes.h"
#include "worker/stacked/dropout_bits.h"

namespace headsweep::stacked {

class AttentionBits {
 public:
  // `memory`: bytes(length, rows) at a multiple of four.
  HEADSWEEP_HOST_DEVICE AttentionBits(std::uint16_t* memory, int length)
      : words_(memory), stride_(stride(length)) {}

  // Of `rows` >= length queries.
  static constexpr std::size_t bytes(int length, int rows) {
    return static_cast<std::size_t>(rows * stride(length)) * sizeof(std::uint16_t);
  }

  // One key's two bits, in bits 0 and 8.
  HEADSWEEP_HOST_DEVICE unsigned of(int query, int key) const {
    return static_cast<unsigned>(words_[query * stride_ + key / 8]) >> (key % 8);
  }

  // Those of the keys that a lane takes in the step from `first` on, for pair_of().
  template <class Lanes>
  HEADSWEEP_HOST_DEVICE unsigned step(int query, int first, int lane) const {
    const std::uint16_t* const words = words_ + query * stride_ + first / 8;
    if constexpr (Lanes::kSplitsColumns) {
      return static_cast<unsigned>(words[0]) >> (first % 8);
    } else {
      return (static_cast<unsigned>(words[0]) | static_cast<unsigned>(words[1]) << 16) >> lane;
    }
  }
  // Of the lane's number-th key: bits 0 and 8.
  template <class Lanes>
  HEADSWEEP_HOST_DEVICE static unsigned pair_of(unsigned step, int number) {
    return Lanes::kSplitsColumns ? step >> number : step >> (number / 2 * 16 + number % 2 * 4);
  }
  HEADSWEEP_HOST_DEVICE static bool is_seen(unsigned pair) { return (pair & 1U) != 0; }
  HEADSWEEP_HOST_DEVICE static bool is_kept(unsigned pair) { return (pair & 0x100U) != 0; }

  // Fills in one attention matrix (layer, row of the batch, head), rows behind `length` with nothing seen. `visible`: of
  // the head, or null. By all threads, with a barrier inside and none at the end.
  template <int kThreads, class Block>
  HEADSWEEP_HOST_DEVICE void draw(Block& block, const TrialRow& trial, const std::uint8_t* visible,
                                  std::int64_t step, int layer, int row, int head, int length,
                                  int rows) const {
    block.each_thread([&](int thread) {
      for (int i = thread; i < rows * stride_; i += kThreads) words_[i] = 0;
    });
    block.barrier();
    const random::Block place = {static_cast<std::uint32_t>(step),
                                 static_cast<std::uint32_t>(layer) << 16 | static_cast<std::uint32_t>(head),
                                 0, 0};
    // Query q has q / 8 + 1 words: together with query length - 1 - q nearly as many for every q, for kSharers threads.
    block.each_thread([&](int thread) {
      for (int query = thread / kSharers; query < divide_up(length, 2); query += kThreads / kSharers) {
        const int partner = length - 1 - query;
        const int own = query / 8 + 1;
        const int all = own + (partner == query ? 0 : partner / 8 + 1);
        for (int i = thread % kSharers; i < all; i += kSharers) {
          const int filled = i < own ? query : partner;
          const int word = i < own ? i : i - own;
          words_[filled * stride_ + word] = static_cast<std::uint16_t>(
              seen(visible, length, filled, word) | kept(trial, place, row, length, filled, word) << 8);
        }
      }
    });
  }

 private:
  static constexpr int kSharers = 16;

  // Whole steps of 16 keys, which lie in four bytes.
  HEADSWEEP_HOST_DEVICE static constexpr int stride(int length) { return round_up(divide_up(length, 8), 2); }

  HEADSWEEP_HOST_DEVICE static unsigned seen(const std::uint8_t* visible, int length, int query, int word) {
    const int last = query - word * 8;  // of the keys that are not later
    const unsigned causal = last >= 7 ? 0xffU : (2U << last) - 1;
    return visible == nullptr ? causal : causal & visible[query * bit_bytes(length) + word];
  }

  HEADSWEEP_HOST_DEVICE static unsigned kept(const TrialRow& trial, const random::Block& place, int row,
                                             int length, int query, int word) {
    if (trial.dropout_threshold == 0) return 0xff;
    const auto index = static_cast<std::uint64_t>(static_cast<std::int64_t>(row) * length + query) *
                           static_cast<std::uint64_t>(divide_up(length, 8)) +
                       static_cast<std::uint64_t>(word);
    return kept_of_block(
        random::random_block(trial.seed, random::Purpose::kAttentionDropout, place[0], place[1], index),
        trial.dropout_threshold);
  }

  std::uint16_t* words_;
  int stride_;
};

}  // namespace headsweep::stacked
