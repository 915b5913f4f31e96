// How four neighbouring lanes share kRowsOfLane rows of attention (queries, or in the backward pass keys), and what they
// meet on their way along the other side.
//
// Narrow heads: every lane holds all columns of the rows and takes every fourth of the others; what the lanes have
// summed is added at the end. Wide heads: every lane holds a quarter of the columns and takes all of the others; the
// lanes' scores are added at once. Either way a warp holds kRowsOfWarp rows, so that a causal row ends near its
// diagonal, and what is read from shared memory serves all rows of a lane: on a GPU that reading is what limits.
#pragma once

#include <cstdint>

#include "worker/stacked/arithmetic.h"
#include "worker/stacked/trial_rows.h"

namespace headsweep::stacked {

inline constexpr int kLanesOfHeadRow = 4;
inline constexpr int kRowsOfLane = 2;
inline constexpr int kRowsOfWarp = kWarpSize / kLanesOfHeadRow * kRowsOfLane;
inline constexpr int kWidestHead = 128;

// One head's columns in shared memory, padded with zeros to kHeadWidth: 4, 8, 16, 32, 64 or 128.
template <int kHeadWidth>
struct HeadLanes {
  static constexpr bool kSplitsColumns = kHeadWidth >= 32;
  static constexpr int kColumns = kSplitsColumns ? kHeadWidth / kLanesOfHeadRow : kHeadWidth;  // of a lane
  static constexpr int kOthersOfLane = 4;                                  // that a lane takes in one step
  static constexpr int kOtherStep = kSplitsColumns ? 1 : kLanesOfHeadRow;  // from a lane's one to its next
  static constexpr int kOthers = kOthersOfLane * kOtherStep;               // of all lanes in one step
  // Where lanes read different rows, these lie four floats further apart, in different banks.
  static constexpr int kStride = kHeadWidth == 16 ? kHeadWidth + 4 : kHeadWidth;

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

  // Rows of a sequence in shared memory: those behind its end are zero, so that steps need no bounds.
  HEADSWEEP_HOST_DEVICE static constexpr int padded_rows(int length) { return round_up(length, kOthers); }

  // Which of the head's columns a lane's group of four is.
  HEADSWEEP_HOST_DEVICE static int column(int lane, int group) {
    return kSplitsColumns ? (group * kLanesOfHeadRow + lane) * 4 : group * 4;
  }
  // The lane's number-th other of the step that begins at `first`.
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

  // factor times the `length` rows of `head_width` columns, `from_stride` apart, into shared memory. By all threads; no
  // barrier.
  template <int kThreads, class Block>
  HEADSWEEP_HOST_DEVICE static void copy_head(Block& block, const float* from, int from_stride, int length,
                                              int head_width, float factor, float* to) {
    block.each_thread([&](int thread) {
      for (int i = thread; i < padded_rows(length) * kHeadWidth; i += kThreads) {
        const int row = i / kHeadWidth;
        const int place = i % kHeadWidth;
        const bool is_there = row < length && place < head_width;
        to[row * kStride + place] =
            is_there ? factor * from[static_cast<std::int64_t>(row) * from_stride + place] : 0.0F;
      }
    });
  }
};

// Calls of_tile(first row) for the warp's share of tiles of kRowsOfWarp rows. Forth and back: later rows have more keys,
// earlier ones more queries, and every warp shall have some of both.
template <int kThreads, class Warp, class OfTile>
HEADSWEEP_HOST_DEVICE void each_tile(const Warp& warp, int length, OfTile of_tile) {
  constexpr int kWarps = kThreads / kWarpSize;
  for (int round = 0; round * kWarps * kRowsOfWarp < length; ++round) {
    const int tile = round % 2 == 0 ? round * kWarps + warp.index() : (round + 1) * kWarps - 1 - warp.index();
    if (tile * kRowsOfWarp < length) of_tile(tile * kRowsOfWarp);
  }
}

// The number-th row of a lane in the tile that begins at `first`; behind the sequence's end: its last row, again.
HEADSWEEP_HOST_DEVICE inline int row_of_lane(int first, int thread, int number, int length) {
  return smaller(first + thread % kWarpSize / kLanesOfHeadRow * kRowsOfLane + number, length - 1);
}
HEADSWEEP_HOST_DEVICE inline bool is_row_of_lane(int first, int thread, int number, int length) {
  return first + thread % kWarpSize / kLanesOfHeadRow * kRowsOfLane + number < length;
}

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

}  // namespace headsweep::stacked
