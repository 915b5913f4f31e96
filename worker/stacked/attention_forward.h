// Causal attention of one head over one sequence, with dropout inside. For query i and the keys j that it sees:
//   P[i,j] = softmax over j of q_i . k_j / sqrt(k);   o_i = sum over j of keep[i,j] dropout_scale P[i,j] v_j
//
// A block owns one (sequence, head): keys, values and the dropout bits lie in shared memory, nothing of size [T, T] is
// stored. Four lanes own two queries (attention_lanes.h) and run over their keys once, with a maximum and a sum that
// grow along (Milakov and Gimelshein 2018, arXiv 1805.02867); what remains for the backward pass is log2 of the
// softmax's denominator, one number a query.
#pragma once

#include <cmath>
#include <cstdint>

#include "worker/stacked/attention_bits.h"
#include "worker/stacked/attention_lanes.h"

namespace headsweep::stacked {

inline constexpr float kLog2e = 1.44269504088896340736F;
inline constexpr float kUnseen = -2e30F;  // a score no query has, finite so that differences are
inline constexpr float kLowest = -1e30F;

// Grid: (sequences * heads, 1, trials of that head shape).
template <int kHeadWidth>
struct AttentionForward {
  using Lanes = HeadLanes<kHeadWidth>;
  static constexpr int kThreads = 128;
  static constexpr int kBlocksAtOnce = 4;

  Trials trials;
  HeadShape shape;
  int layer;
  PerTrial<const float> projected;  // [sequences][length][shape.columns()]
  PerTrial<float> attended;         // [sequences][length][shape.value_columns()]
  PerTrial<float>
      log_denominators;  // [sequences][heads][length]: log2 of sum over j of 2^(q.k log2(e)/sqrt(k))

  [[nodiscard]] int blocks_of_sequence() const { return shape.heads; }

  static std::size_t shared_bytes(int length) {
    return static_cast<std::size_t>(2 * Lanes::padded_rows(length) * Lanes::kStride) * sizeof(float) +
           AttentionBits::bytes(length, length);
  }

  struct Row {
    typename Lanes::Columns query;  // times log2(e) / sqrt(k)
    typename Lanes::Columns output;
    float maximum;
    float sum;
    float scores[Lanes::kOthersOfLane];
  };
  struct Rows {
    Row of[kRowsOfLane];
  };

  template <class Block>
  HEADSWEEP_HOST_DEVICE void operator()(Block& block) const {
    const int trial = trials.number(block.z());
    const int sequence = block.x() / shape.heads;
    const Head at{trial, sequence, block.x() % shape.heads};
    float* const keys = block.template shared<float>(0);
    float* const values = keys + Lanes::padded_rows(shape.length) * Lanes::kStride;
    const AttentionBits bits(
        reinterpret_cast<std::uint16_t*>(values + Lanes::padded_rows(shape.length) * Lanes::kStride),
        shape.length);
    const float* const from = queries_of(at);
    Lanes::template copy_head<kThreads>(block, from + shape.query_key_columns(), shape.columns(),
                                        shape.length, shape.head_width, 1, keys);
    Lanes::template copy_head<kThreads>(block, values_of(at), shape.columns(), shape.length, shape.head_width,
                                        1, values);
    const TrialRow& row = trials.rows[trial];
    bits.draw<kThreads>(block, row,
                        row.visible == nullptr ? nullptr : row.visible + at.head * row.visible_stride,
                        trials.states[trial].step, layer, sequence, at.head, shape.length, shape.length);
    block.barrier();
    auto rows = block.template per_thread<Rows>();
    block.each_warp([&](auto warp) {
      each_tile<kThreads>(warp, shape.length,
                          [&](int first) { attend(warp, rows, at, first, keys, values, bits); });
    });
  }

 private:
  struct Head {
    int trial;
    int sequence;
    int head;
  };

  HEADSWEEP_HOST_DEVICE const float* sequence_of(const Head& at) const {
    return projected.of(at.trial) + static_cast<std::int64_t>(at.sequence) * shape.length * shape.columns();
  }
  HEADSWEEP_HOST_DEVICE const float* queries_of(const Head& at) const {
    return sequence_of(at) + shape.block_of(at.head) * shape.head_width;
  }
  HEADSWEEP_HOST_DEVICE const float* values_of(const Head& at) const {
    return sequence_of(at) + 2 * shape.query_key_columns() + at.head * shape.head_width;
  }

  // The queries of a tile.
  template <class Warp, class AllRows>
  HEADSWEEP_HOST_DEVICE void attend(Warp& warp, AllRows& rows, const Head& at, int first, const float* keys,
                                    const float* values, const AttentionBits& bits) const {
    warp.each_lane([&](int thread) {
      HEADSWEEP_UNROLL
      for (int r = 0; r < kRowsOfLane; ++r) {
        begin(rows[thread].of[r], at, row_of_lane(first, thread, r, shape.length), thread % kLanesOfHeadRow);
      }
    });
    const int last = smaller(first + kRowsOfWarp, shape.length) - 1;
    for (int key = 0; key <= last; key += Lanes::kOthers) {
      warp.each_lane([&](int thread) { score(rows[thread], keys, key, thread % kLanesOfHeadRow); });
      HEADSWEEP_UNROLL
      for (int i = 0; i < kRowsOfLane * Lanes::kOthersOfLane; ++i) {
        Lanes::add_columns(warp, [&](int thread) -> float& {
          return rows[thread].of[i % kRowsOfLane].scores[i / kRowsOfLane];
        });
      }
      warp.each_lane([&](int thread) { weigh(rows[thread], values, bits, key, first, thread); });
    }
    merge(warp, rows);
    warp.each_lane([&](int thread) {
      HEADSWEEP_UNROLL
      for (int r = 0; r < kRowsOfLane; ++r) {
        if (!is_row_of_lane(first, thread, r, shape.length)) continue;
        finish(rows[thread].of[r], at, row_of_lane(first, thread, r, shape.length), thread % kLanesOfHeadRow);
      }
    });
  }

  HEADSWEEP_HOST_DEVICE void begin(Row& row, const Head& at, int query, int lane) const {
    const float* const from = queries_of(at) + static_cast<std::int64_t>(query) * shape.columns();
    const float scale = kLog2e / std::sqrt(static_cast<float>(shape.head_width));
    HEADSWEEP_UNROLL
    for (int c = 0; c < Lanes::kColumns; ++c) {
      const int column = Lanes::column(lane, c / 4) + c % 4;
      row.query.of[c] = column < shape.head_width ? scale * from[column] : 0.0F;
      row.output.of[c] = 0;
    }
    row.maximum = kLowest;
    row.sum = 0;
  }

  HEADSWEEP_HOST_DEVICE void score(Rows& rows, const float* keys, int first_key, int lane) const {
    HEADSWEEP_UNROLL
    for (int i = 0; i < Lanes::kOthersOfLane; ++i) {
      const auto key = Lanes::load(keys + Lanes::other(first_key, lane, i) * Lanes::kStride, lane);
      HEADSWEEP_UNROLL
      for (int r = 0; r < kRowsOfLane; ++r) rows.of[r].scores[i] = Lanes::dot(rows.of[r].query, key);
    }
  }

  HEADSWEEP_HOST_DEVICE void weigh(Rows& rows, const float* values, const AttentionBits& bits, int first_key,
                                   int first, int thread) const {
    const int lane = thread % kLanesOfHeadRow;
    unsigned step[kRowsOfLane];
    HEADSWEEP_UNROLL
    for (int r = 0; r < kRowsOfLane; ++r) {
      step[r] = bits.template step<Lanes>(row_of_lane(first, thread, r, shape.length), first_key, lane);
      raise_maximum(rows.of[r], step[r]);
    }
    HEADSWEEP_UNROLL
    for (int i = 0; i < Lanes::kOthersOfLane; ++i) {
      const auto value = Lanes::load(values + Lanes::other(first_key, lane, i) * Lanes::kStride, lane);
      HEADSWEEP_UNROLL
      for (int r = 0; r < kRowsOfLane; ++r) {
        Row& row = rows.of[r];
        const float weight = exp2_fast(row.scores[i] - row.maximum);
        row.sum += weight;
        row.output.add(AttentionBits::is_kept(AttentionBits::pair_of<Lanes>(step[r], i)) ? weight : 0.0F,
                       value);
      }
    }
  }

  HEADSWEEP_HOST_DEVICE void raise_maximum(Row& row, unsigned step) const {
    float maximum = row.maximum;
    HEADSWEEP_UNROLL
    for (int i = 0; i < Lanes::kOthersOfLane; ++i) {
      if (!AttentionBits::is_seen(AttentionBits::pair_of<Lanes>(step, i))) row.scores[i] = kUnseen;
      maximum = larger(maximum, row.scores[i]);
    }
    const float before = exp2_fast(row.maximum - maximum);
    row.maximum = maximum;
    row.sum *= before;
    row.output.scale(before);
  }

  // Of lanes that took different keys: one maximum, and sums by it.
  template <class Warp, class AllRows>
  HEADSWEEP_HOST_DEVICE void merge(Warp& warp, AllRows& rows) const {
    if constexpr (!Lanes::kSplitsColumns) {
      HEADSWEEP_UNROLL
      for (int r = 0; r < kRowsOfLane; ++r) merge_row(warp, rows, r);
    }
  }

  template <class Warp, class AllRows>
  HEADSWEEP_HOST_DEVICE void merge_row(Warp& warp, AllRows& rows, int r) const {
    warp.each_lane([&](int thread) { rows[thread].of[r].scores[0] = rows[thread].of[r].maximum; });
    warp.template combine<kLanesOfHeadRow>([&](int thread) -> float& { return rows[thread].of[r].maximum; },
                                           Maximum());
    warp.each_lane([&](int thread) {
      Row& row = rows[thread].of[r];
      const float factor = exp2_fast(row.scores[0] - row.maximum);
      row.sum *= factor;
      row.output.scale(factor);
    });
    Lanes::add_others(warp, [&](int thread) -> float& { return rows[thread].of[r].sum; });
    HEADSWEEP_UNROLL
    for (int c = 0; c < Lanes::kColumns; ++c) {
      Lanes::add_others(warp, [&](int thread) -> float& { return rows[thread].of[r].output.of[c]; });
    }
  }

  HEADSWEEP_HOST_DEVICE void finish(Row& row, const Head& at, int query, int lane) const {
    row.output.scale(trials.rows[at.trial].dropout_scale / row.sum);
    const std::int64_t position = static_cast<std::int64_t>(at.sequence) * shape.length + query;
    Lanes::store(attended.of(at.trial) + position * shape.value_columns() + at.head * shape.head_width,
                 shape.head_width, lane, row.output, false);
    if (lane != 0) return;
    log_denominators.of(
        at.trial)[(static_cast<std::int64_t>(at.sequence) * shape.heads + at.head) * shape.length + query] =
        row.maximum + std::log2(row.sum);
  }
};

}  // namespace headsweep::stacked
