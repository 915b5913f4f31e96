// Dropout decisions of one training step (Srivastava et al. 2014), from counter-based random numbers.
//
// Every element has 16 random bits: element e of a block of 8 takes half e % 2 (0: low) of word e / 2. What they
// decide: trial/dropout_rule.h. Blocks: see Purpose::kAttentionDropout and kMlpDropout in random/counter_random.h.
//
// The slow, obvious twin for other devices is dropout_tensors.h.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trial/dropout_rule.h"

namespace headsweep::trainer {

using trial::dropout_rule;
using trial::DropoutRule;

struct DropoutPlace {
  std::uint32_t seed;
  std::uint32_t step;
  std::uint32_t layer;
};

// Masks of the attention weights of one layer, [row][head][query][key]: 0 or `rule.scale`. Reused from step
// to step. T: float or double. Thread-safe after construction.
template <class T>
class AttentionMaskFiller {
 public:
  explicit AttentionMaskFiller(std::int64_t length);

  // Fills matrix (row, head), length x length. Keys after the query are not touched beyond the end of the
  // query's last block of 8 keys: attention is zero there.
  void fill(const DropoutRule& rule, const DropoutPlace& place, std::int64_t row, std::int64_t head,
            std::span<T> matrix) const;

 private:
  std::int64_t length_;
  std::vector<std::uint32_t>
      blocks_;  // of one matrix: query * ceil(length / 8) + key / 8, keys up to the query
};

// Mask of elements first .. first + mask.size() - 1 of the MLP's output [batch, length, width]: 0 or
// `rule.scale`. `first` is a multiple of 8.
template <class T>
void fill_mlp_mask(const DropoutRule& rule, const DropoutPlace& place, std::int64_t first, std::span<T> mask);

}  // namespace headsweep::trainer
