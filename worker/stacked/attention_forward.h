// Causal attention of one head over one sequence, with dropout inside. For query i and the keys j that it sees:
//   P[i,j] = softmax over j of q_i . k_j / sqrt(k);   o_i = sum over j of keep[i,j] dropout_scale P[i,j] v_j
//
// A block owns one (sequence, head): keys, values and the dropout bits lie in shared memory, nothing of size [T, T] is
// stored. Four lanes own a query (attention_lanes.h) and run over its keys once, with a maximum and a sum that grow
// along (Milakov and Gimelshein 2018, arXiv 1805.02867); what remains for the backward pass is log2 of the softmax's
// denominator, one number a query.
#pragma once

#include <cmath>
#include <cstdint>

#include "worker/stacked/attention_lanes.h"
#include "worker/stacked/dropout_bits.h"

namespace headsweep::stacked {

inline constexpr float kLog2e = 1.44269504088896340736F;
inline constexpr float kUnseen = -2e30F;  // a score no query has, finite so that differences are
inline constexpr float kLowest = -1e30F;

// Grid: (sequences * heads, 1, trials of that head count).
template <int kHeadWidth>
struct AttentionForward {
  using Lanes = HeadLanes<kHeadWidth>;
  static constexpr int kThreads = 128;
  static constexpr int kBlocksAtOnce = kHeadWidth >= 64 ? 4 : 6;
  static constexpr int kRowsAtOnce = kThreads / kLanesOfHeadRow;

  Trials trials;
  HeadShape shape;
  int layer;
  PerTrial<const float> projected;  // [sequences][length][shape.columns()]
  PerTrial<float> attended;         // [sequences][length][shape.value_columns()]
  PerTrial<float>
      log_denominators;  // [sequences][heads][length]: log2 of sum over j of 2^(q.k log2(e)/sqrt(k))

  [[nodiscard]] int blocks_of_sequence() const { return shape.heads; }

  static std::size_t shared_bytes(int length) {
    return static_cast<std::size_t>(2 * length * Lanes::kStride) * sizeof(float) +
           static_cast<std::size_t>(length * bit_bytes(length));
  }

  struct Row {
    typename Lanes::Columns query;  // times log2(e) / sqrt(k)
    typename Lanes::Columns output;
    float maximum;
    float sum;
    float scores[Lanes::kOthersAtOnce];
  };

  template <class Block>
  HEADSWEEP_HOST_DEVICE void operator()(Block& block) const {
    const int trial = trials.number(block.z());
    const int sequence = block.x() / shape.heads;
    const int head = block.x() % shape.heads;
    const Head at{trial, sequence, head, keys_of(trial, sequence, head)};
    float* const keys = block.template shared<float>(0);
    float* const values = keys + shape.length * Lanes::kStride;
    auto* const bits = reinterpret_cast<std::uint8_t*>(values + shape.length * Lanes::kStride);
    Lanes::template copy_head<kThreads>(block, at.projected + shape.query_key_columns(), shape.columns(),
                                        shape.length, shape.head_width, keys);
    Lanes::template copy_head<kThreads>(block, value_columns(at), shape.columns(), shape.length,
                                        shape.head_width, values);
    draw_attention_bits<kThreads>(block, trials.rows[trial], trials.states[trial].step, layer, sequence, head,
                                  shape.length, bits);
    block.barrier();
    auto rows = block.template per_thread<Row>();
    block.each_warp([&](auto warp) {
      for (int tile = 0; tile < shape.length; tile += kRowsAtOnce) {
        const int first = tile + warp.index() * kWarpSize / kLanesOfHeadRow;
        if (first < shape.length) attend(warp, rows, at, first, keys, values, bits);
      }
    });
  }

 private:
  struct Head {
    int trial;
    int sequence;
    int head;
    const float* projected;  // of the sequence, from the head's query columns on
  };

  HEADSWEEP_HOST_DEVICE const float* keys_of(int trial, int sequence, int head) const {
    return projected.of(trial) + static_cast<std::int64_t>(sequence) * shape.length * shape.columns() +
           shape.block_of(head) * shape.head_width;
  }
  HEADSWEEP_HOST_DEVICE const float* value_columns(const Head& at) const {
    return projected.of(at.trial) + static_cast<std::int64_t>(at.sequence) * shape.length * shape.columns() +
           2 * shape.query_key_columns() + at.head * shape.head_width;
  }

  // Eight queries from `first` on.
  template <class Warp, class Rows>
  HEADSWEEP_HOST_DEVICE void attend(Warp& warp, Rows& rows, const Head& at, int first, const float* keys,
                                    const float* values, const std::uint8_t* bits) const {
    const TrialRow& trial = trials.rows[at.trial];
    const std::uint8_t* const visible =
        trial.visible == nullptr ? nullptr : trial.visible + at.head * trial.visible_stride;
    warp.each_lane(
        [&](int thread) { begin(rows[thread], at, query_of(first, thread), thread % kLanesOfHeadRow); });
    const int last = smaller(first + kWarpSize / kLanesOfHeadRow, shape.length) - 1;
    for (int key = 0; key <= last; key += Lanes::kOthers) {
      warp.each_lane([&](int thread) { score(rows[thread], keys, key, thread % kLanesOfHeadRow); });
      HEADSWEEP_UNROLL
      for (int i = 0; i < Lanes::kOthersAtOnce; ++i) {
        Lanes::add_columns(warp, [&](int thread) -> float& { return rows[thread].scores[i]; });
      }
      warp.each_lane([&](int thread) {
        weigh(rows[thread], values, visible, bits, key, query_of(first, thread), thread % kLanesOfHeadRow);
      });
    }
    merge(warp, rows);
    warp.each_lane([&](int thread) {
      const int query = first + thread % kWarpSize / kLanesOfHeadRow;
      if (query < shape.length)
        finish(rows[thread], at, query, thread % kLanesOfHeadRow, trial.dropout_scale);
    });
  }

  // Lanes behind the last query do what its own lanes do, and write nothing.
  HEADSWEEP_HOST_DEVICE int query_of(int first, int thread) const {
    return smaller(first + thread % kWarpSize / kLanesOfHeadRow, shape.length - 1);
  }

  HEADSWEEP_HOST_DEVICE void begin(Row& row, const Head& at, int query, int lane) const {
    const float* const from = at.projected + static_cast<std::int64_t>(query) * shape.columns();
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

  HEADSWEEP_HOST_DEVICE void score(Row& row, const float* keys, int first_key, int lane) const {
    HEADSWEEP_UNROLL
    for (int i = 0; i < Lanes::kOthersAtOnce; ++i) {
      const int key = smaller(Lanes::other(first_key, lane, i), shape.length - 1);
      row.scores[i] = Lanes::dot(row.query, Lanes::load(keys + key * Lanes::kStride, lane));
    }
  }

  HEADSWEEP_HOST_DEVICE void weigh(Row& row, const float* values, const std::uint8_t* visible,
                                   const std::uint8_t* bits, int first_key, int query, int lane) const {
    const int bytes = bit_bytes(shape.length);
    float maximum = row.maximum;
    HEADSWEEP_UNROLL
    for (int i = 0; i < Lanes::kOthersAtOnce; ++i) {
      const int key = Lanes::other(first_key, lane, i);
      if (key > query || !sees(visible, bytes, query, key)) row.scores[i] = kUnseen;
      maximum = larger(maximum, row.scores[i]);
    }
    const float before = exp2_fast(row.maximum - maximum);
    row.maximum = maximum;
    row.sum *= before;
    row.output.scale(before);
    HEADSWEEP_UNROLL
    for (int i = 0; i < Lanes::kOthersAtOnce; ++i) {
      const int key = smaller(Lanes::other(first_key, lane, i), shape.length - 1);
      const float weight = exp2_fast(row.scores[i] - maximum);
      row.sum += weight;
      const bool is_kept = (bits[query * bytes + key / 8] >> (key % 8) & 1) != 0;
      row.output.add(is_kept ? weight : 0.0F, Lanes::load(values + key * Lanes::kStride, lane));
    }
  }

  // Of lanes that took different keys: one maximum, and sums by it.
  template <class Warp, class Rows>
  HEADSWEEP_HOST_DEVICE void merge(Warp& warp, Rows& rows) const {
    if constexpr (!Lanes::kSplitsColumns) {
      warp.each_lane([&](int thread) { rows[thread].scores[0] = rows[thread].maximum; });
      warp.template combine<kLanesOfHeadRow>([&](int thread) -> float& { return rows[thread].maximum; },
                                             Maximum());
      warp.each_lane([&](int thread) {
        const float factor = exp2_fast(rows[thread].scores[0] - rows[thread].maximum);
        rows[thread].sum *= factor;
        rows[thread].output.scale(factor);
      });
      Lanes::add_others(warp, [&](int thread) -> float& { return rows[thread].sum; });
      HEADSWEEP_UNROLL
      for (int c = 0; c < Lanes::kColumns; ++c) {
        Lanes::add_others(warp, [&](int thread) -> float& { return rows[thread].output.of[c]; });
      }
    }
  }

  HEADSWEEP_HOST_DEVICE void finish(Row& row, const Head& at, int query, int lane,
                                    float dropout_scale) const {
    row.output.scale(dropout_scale / row.sum);
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
