// What a metric reads where there is nothing to find: reference attention to set beside every measured value.
//
// All matrices are dense row-major double, rows summing to one, causal. The fifth null, the untrained model
// of the same seed and head count, is a model and not made here.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace headsweep::metrics {

// [n][n]; n >= 1.
std::vector<double> uniform_attention(std::int64_t n);         // query i attends to keys 0 ... i equally
std::vector<double> identity_attention(std::int64_t n);        // every query attends to itself
std::vector<double> previous_token_attention(std::int64_t n);  // query i attends to i - 1, query 0 to itself

inline constexpr std::int64_t kPermutedDraws =
    20;  // the permuted null is the mean of the metrics of so many draws

// Which draw of a trial's permuted null: it follows from these numbers alone (random/counter_random.h,
// kPermutedNull).
struct PermutedDraw {
  std::uint32_t seed;
  std::uint32_t layer;
  std::uint32_t sequence;
  std::uint32_t draw;  // 0 ... kPermutedDraws - 1
};

// [heads][n][n]: of each head and row i the entries 0 ... i-1 shuffled, entry i kept. Keeps how sharply and
// how much to itself every query attends, loses to what. Requires heads below 2^16 and attention of heads * n
// * n elements.
std::vector<double> permuted_attention(std::span<const double> attention, std::int64_t heads, std::int64_t n,
                                       const PermutedDraw& draw);

// [heads][n][n] for sequence s: head h as it was on sequence (s + h) mod S. Keeps every head, loses what they
// do at the same time: synergy without co-adaptation. sequences: S spans of heads * n * n elements; 0 <= s <
// S.
std::vector<double> crossed_attention(std::span<const std::span<const double>> sequences, std::int64_t heads,
                                      std::int64_t n, std::int64_t s);

}  // namespace headsweep::metrics
