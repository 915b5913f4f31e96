// Nulls made from the heads of a trained model: what of a measured value is there by chance, or without the heads
// having learnt to work together. And the same heads with equal weights, to see what the weights do.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "metrics/layer_heads.h"

namespace headsweep::metrics {

inline constexpr std::uint32_t kPermutedDraws = 20;  // a sequence; the null is the mean over them

// Which draw of a trial's permuted null: it follows from these numbers alone (random/counter_random.h,
// kPermutedNull).
struct PermutedDraw {
  std::uint32_t seed;
  std::uint32_t layer;
  std::uint32_t sequence;
  std::uint32_t draw;  // 0 ... kPermutedDraws - 1
};

// Of each head and row i the entries 0 ... i-1 shuffled, entry i kept: keeps how sharply and how much to itself every
// query attends, loses to what. Outputs follow from the shuffled attention and the values as they were. Requires fewer
// than 2^16 heads.
LayerHeads permuted(const LayerHeads& layer, const PermutedDraw& draw);

// 1/H each.
LayerHeads with_equal_weights(LayerHeads layer);

// Sequences whose head h comes from sequence (s + h) mod S: every head as it was, but none saw what another one saw.
// Takes sequences in order and gives each crossed one as soon as its heads are there, so that at most as many
// sequences are held as there are heads.
class CrossedSequences {
 public:
  explicit CrossedSequences(std::int64_t sequences) : sequences_(sequences) {}

  struct Crossed {
    std::int64_t sequence;
    std::vector<LayerHeads> layers;
  };
  // `layers` of the next sequence, all with the same number of heads and positions in every call. Returns what it
  // completes; in the end every sequence was returned once.
  std::vector<Crossed> add(std::span<const LayerHeads> layers);

 private:
  struct Partial {
    std::vector<LayerHeads> layers;
    std::int64_t missing;
  };
  Partial& partial(std::int64_t sequence, std::span<const LayerHeads> like);

  std::int64_t sequences_;
  std::int64_t next_ = 0;
  std::map<std::int64_t, Partial> open_;
};

}  // namespace headsweep::metrics
