// How four neighbouring lanes share one row of attention (a query, or in the backward pass a key), and what they meet
// on its way along the other side.
//
// Narrow heads: every lane holds all columns of the row and takes every fourth of the others; what the lanes have
// summed is added at the end. Wide heads: every lane holds a quarter of the columns and takes all of the others; the
// lanes' scores are added at once. Either way a warp holds eight rows, so that a causal row ends near its diagonal,
// and reads of shared memory are either equal or side by side.
#pragma once

#include <cstdint>

#include "worker/stacked/arithmetic.h"
#include "worker/stacked/trial_rows.h"

namespace headsweep::stacked {

inline constexpr int kLanesOfHeadRow = 4;
inline constexpr int kWidestHead = 128;

// One head's columns in shared memory, padded with zeros to kHeadWidth: 4, 8, 16, 32, 64 or 128.
template <int kHeadWidth>
struct HeadLanes {
  static constexpr bool kSplitsColumns = kHeadWidth >= 32;
  static constexpr int kColumns = kSplitsColumns ? kHeadWidth / kLanesOfHeadRow : kHeadWidth;  // of a lane
  static constexpr int kOthersAtOnce = 4;                                                      // of a lane
  static constexpr int kOtherStep = kSplitsColumns ? 1 : kLanesOfHeadRow;  // from a lane's one to its next
  static constexpr int kOthers = kOthersAtOnce * kOtherStep;               // of all lanes at once
  // Rows four floats further apart: four lanes on neighbouring rows touch different banks.
  static constexpr int kStride = kHeadWidth >= 16 ? kHeadWidth + 4 : kHeadWidth;

  struct Columns {
    float of[kColumns];

    HEADSWEEP_HOST_DEVICE void add(float factor, const Columns& other) {
      HEADSWEEP_UNROLL
      for (int c = 0; c < kColumns; ++c) of[c] = multiply_add(factor, other.of[c], of[c]);
    }
    HEADSWEEP_HOST_DEVICE void scale(float factor) {
      HEADSWEEP_UNROLL
      for (int c = 0; c < kColumns; ++c) of[c] *= factor;
    }
  };

  // Which of the head's columns a lane's group of four is.
  HEADSWEEP_HOST_DEVICE static int column(int lane, int group) {
    return kSplitsColumns ? (group * kLanesOfHeadRow + lane) * 4 : group * 4;
  }
  HEADSWEEP_HOST_DEVICE static int other(int first, int lane, int number) {
    return first + number * kOtherStep + (kSplitsColumns ? 0 : lane);
  }

  HEADSWEEP_HOST_DEVICE static Columns load(const float* row, int lane) {
    Columns columns;
    HEADSWEEP_UNROLL
    for (int group = 0; group < kColumns / 4; ++group) {
      const Four values = load_four(row + column(lane, group));
      HEADSWEEP_UNROLL
      for (int i = 0; i < 4; ++i) columns.of[group * 4 + i] = values.of[i];
    }
    return columns;
  }

  HEADSWEEP_HOST_DEVICE static float dot(const Columns& a, const Columns& b) {
    float sum = 0;
    HEADSWEEP_UNROLL
    for (int c = 0; c < kColumns; ++c) sum = multiply_add(a.of[c], b.of[c], sum);
    return sum;
  }

  // The four lanes' shares become the whole, where they have shares of columns.
  template <class Warp, class Get>
  HEADSWEEP_HOST_DEVICE static void add_columns(Warp& warp, Get get) {
    if constexpr (kSplitsColumns) warp.template combine<kLanesOfHeadRow>(get, Add());
  }
  // The same, where they have shares of the others.
  template <class Warp, class Get>
  HEADSWEEP_HOST_DEVICE static void add_others(Warp& warp, Get get) {
    if constexpr (!kSplitsColumns) warp.template combine<kLanesOfHeadRow>(get, Add());
  }

  // A lane's share of a row of `to`, which has `head_width` columns. Narrow heads: lane 0 writes for all.
  HEADSWEEP_HOST_DEVICE static void store(float* to, int head_width, int lane, const Columns& columns,
                                          bool adds) {
    if (!kSplitsColumns && lane != 0) return;
    HEADSWEEP_UNROLL
    for (int c = 0; c < kColumns; ++c) {
      const int place = column(lane, c / 4) + c % 4;
      if (place < head_width) to[place] = adds ? to[place] + columns.of[c] : columns.of[c];
    }
  }

  // `rows` rows of `head_width` columns, `from_stride` apart, into shared memory. By all threads; no barrier.
  template <int kThreads, class Block>
  HEADSWEEP_HOST_DEVICE static void copy_head(Block& block, const float* from, int from_stride, int rows,
                                              int head_width, float* to) {
    block.each_thread([&](int thread) {
      for (int i = thread; i < rows * kHeadWidth; i += kThreads) {
        const int row = i / kHeadWidth;
        const int place = i % kHeadWidth;
        to[row * kStride + place] =
            place < head_width ? from[static_cast<std::int64_t>(row) * from_stride + place] : 0.0F;
      }
    });
  }
};

// Where the heads of trials of one head count lie in a row of `projected`: all queries, all keys, all values.
struct HeadShape {
  int length;
  int heads;
  int head_width;
  int query_key_blocks;  // heads, unless some are tied
  int tied;              // heads 0 .. tied - 1 share block 0; 0: none

  [[nodiscard]] HEADSWEEP_HOST_DEVICE int query_key_columns() const { return query_key_blocks * head_width; }
  [[nodiscard]] HEADSWEEP_HOST_DEVICE int value_columns() const { return heads * head_width; }
  [[nodiscard]] HEADSWEEP_HOST_DEVICE int columns() const {
    return 2 * query_key_columns() + value_columns();
  }
  [[nodiscard]] HEADSWEEP_HOST_DEVICE int block_of(int head) const {
    if (tied == 0) return head;
    return head < tied ? 0 : head - tied + 1;
  }
  [[nodiscard]] HEADSWEEP_HOST_DEVICE int first_head(int block) const {
    return tied == 0 || block == 0 ? block : block + tied - 1;
  }
  [[nodiscard]] HEADSWEEP_HOST_DEVICE int heads_of(int block) const {
    return tied > 0 && block == 0 ? tied : 1;
  }
};

// Whether a query sees a key that is not after it.
HEADSWEEP_HOST_DEVICE inline bool sees(const std::uint8_t* visible, int bytes, int query, int key) {
  return visible == nullptr || (visible[query * bytes + key / 8] >> (key % 8) & 1) != 0;
}

}  // namespace headsweep::stacked
