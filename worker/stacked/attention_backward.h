// Gradients of attention_forward.h. With dO the gradient of the outputs, P[i,j] = 2^(score - log2 of the denominator):
//   dP[i,j] = keep[i,j] dropout_scale dO_i . v_j;   dS[i,j] = P[i,j] (dP[i,j] - dO_i . o_i)
//   dq_i = sum over j of dS[i,j] k_j / sqrt(k);   dk_j = sum over i of dS[i,j] q_i / sqrt(k)
//   dv_j = sum over i of keep[i,j] dropout_scale P[i,j] dO_i
//
// A block owns one sequence and the heads that share queries and keys (one, unless heads are tied). All four matrices
// of a head lie in shared memory. Two passes, each over half of the pairs' square: four lanes own a query for dq, then
// four lanes own a key for dk and dv. Computing P and dP again costs less than keeping them.
#pragma once

#include <cmath>
#include <cstdint>

#include "worker/stacked/attention_forward.h"

namespace headsweep::stacked {

// Grid: (sequences * query_key_blocks, 1, trials of that head count).
template <int kHeadWidth>
struct AttentionBackward {
  using Lanes = HeadLanes<kHeadWidth>;
  using Columns = typename Lanes::Columns;
  static constexpr int kThreads = 128;
  static constexpr int kBlocksAtOnce = kHeadWidth >= 64 ? 2 : 4;
  static constexpr int kRowsAtOnce = kThreads / kLanesOfHeadRow;

  Trials trials;
  HeadShape shape;
  int layer;
  PerTrial<const float> projected;  // as AttentionForward has them
  PerTrial<const float> attended;
  PerTrial<const float> log_denominators;
  PerTrial<const float> d_attended;
  PerTrial<float> d_projected;  // [sequences][length][shape.columns()]

  [[nodiscard]] int blocks_of_sequence() const { return shape.query_key_blocks; }

  static std::size_t shared_bytes(int length) {
    return static_cast<std::size_t>(4 * length * Lanes::kStride + 2 * length) * sizeof(float) +
           static_cast<std::size_t>(length * bit_bytes(length));
  }

  // A query's or a key's: what it brings and what it gathers.
  struct Row {
    Columns own;      // queries times log2(e) / sqrt(k), or keys
    Columns partner;  // gradients of outputs, or values
    Columns d_own;
    Columns d_partner;  // of values
    float scores[Lanes::kOthersAtOnce];
    float d_weights[Lanes::kOthersAtOnce];
  };

  template <class Block>
  HEADSWEEP_HOST_DEVICE void operator()(Block& block) const {
    const int trial = trials.number(block.z());
    const int sequence = block.x() / shape.query_key_blocks;
    const int query_key_block = block.x() % shape.query_key_blocks;
    auto rows = block.template per_thread<Row>();
    for (int i = 0; i < shape.heads_of(query_key_block); ++i) {
      const Head at{trial, sequence, shape.first_head(query_key_block) + i, query_key_block, i > 0};
      const Shared shared = share(block, at);
      block.barrier();
      block.each_warp([&](auto warp) {
        for (int tile = 0; tile < shape.length; tile += kRowsAtOnce) {
          const int first = tile + warp.index() * kWarpSize / kLanesOfHeadRow;
          if (first >= shape.length) continue;
          pass_queries(warp, rows, at, first, shared);
          pass_keys(warp, rows, at, first, shared);
        }
      });
      block.barrier();
    }
  }

 private:
  struct Head {
    int trial;
    int sequence;
    int head;
    int query_key_block;
    bool adds;  // to what an earlier head left for the same queries and keys
  };

  struct Shared {
    float* queries;  // times log2(e) / sqrt(k)
    float* keys;
    float* values;
    float* d_outputs;  // times dropout_scale
    float* log_denominators;
    float* weighted;  // dO_i . o_i
    std::uint8_t* bits;
    const std::uint8_t* visible;
  };

  HEADSWEEP_HOST_DEVICE std::int64_t first_position(const Head& at) const {
    return static_cast<std::int64_t>(at.sequence) * shape.length;
  }

  template <class Block>
  HEADSWEEP_HOST_DEVICE Shared share(Block& block, const Head& at) const {
    const int size = shape.length * Lanes::kStride;
    Shared shared;
    shared.queries = block.template shared<float>(0);
    shared.keys = shared.queries + size;
    shared.values = shared.keys + size;
    shared.d_outputs = shared.values + size;
    shared.log_denominators = shared.d_outputs + size;
    shared.weighted = shared.log_denominators + shape.length;
    shared.bits = reinterpret_cast<std::uint8_t*>(shared.weighted + shape.length);
    const TrialRow& trial = trials.rows[at.trial];
    shared.visible = trial.visible == nullptr ? nullptr : trial.visible + at.head * trial.visible_stride;

    const float* const from = projected.of(at.trial) + first_position(at) * shape.columns();
    const float* const queries = from + at.query_key_block * shape.head_width;
    copy(block, queries, shape.columns(), shared.queries,
         kLog2e / std::sqrt(static_cast<float>(shape.head_width)));
    copy(block, queries + shape.query_key_columns(), shape.columns(), shared.keys, 1);
    copy(block, from + 2 * shape.query_key_columns() + at.head * shape.head_width, shape.columns(),
         shared.values, 1);
    const std::int64_t place = first_position(at) * shape.value_columns() + at.head * shape.head_width;
    copy(block, d_attended.of(at.trial) + place, shape.value_columns(), shared.d_outputs,
         trial.dropout_scale);
    weigh_outputs(block, at, attended.of(at.trial) + place, d_attended.of(at.trial) + place, shared);
    draw_attention_bits<kThreads>(block, trial, trials.states[at.trial].step, layer, at.sequence, at.head,
                                  shape.length, shared.bits);
    return shared;
  }

  template <class Block>
  HEADSWEEP_HOST_DEVICE void copy(Block& block, const float* from, int from_stride, float* to,
                                  float factor) const {
    block.each_thread([&](int thread) {
      for (int i = thread; i < shape.length * kHeadWidth; i += kThreads) {
        const int row = i / kHeadWidth;
        const int place = i % kHeadWidth;
        to[row * Lanes::kStride + place] =
            place < shape.head_width ? factor * from[static_cast<std::int64_t>(row) * from_stride + place]
                                     : 0.0F;
      }
    });
  }

  template <class Block>
  HEADSWEEP_HOST_DEVICE void weigh_outputs(Block& block, const Head& at, const float* outputs,
                                           const float* d_outputs, const Shared& shared) const {
    const float* const denominators =
        log_denominators.of(at.trial) +
        (static_cast<std::int64_t>(at.sequence) * shape.heads + at.head) * shape.length;
    block.each_thread([&](int thread) {
      for (int row = thread; row < shape.length; row += kThreads) {
        const std::int64_t place = static_cast<std::int64_t>(row) * shape.value_columns();
        float sum = 0;
        for (int c = 0; c < shape.head_width; ++c) {
          sum = multiply_add(outputs[place + c], d_outputs[place + c], sum);
        }
        shared.weighted[row] = sum;
        shared.log_denominators[row] = denominators[row];
      }
    });
  }

  // Eight queries from `first` on, over their keys.
  template <class Warp, class Rows>
  HEADSWEEP_HOST_DEVICE void pass_queries(Warp& warp, Rows& rows, const Head& at, int first,
                                          const Shared& shared) const {
    warp.each_lane([&](int thread) { begin(rows[thread], shared.queries, shared.d_outputs, first, thread); });
    const int last = smaller(first + kWarpSize / kLanesOfHeadRow, shape.length) - 1;
    for (int key = 0; key <= last; key += Lanes::kOthers) {
      meet(warp, rows, shared.keys, shared.values, key);
      warp.each_lane([&](int thread) {
        HEADSWEEP_UNROLL
        for (int i = 0; i < Lanes::kOthersAtOnce; ++i) {
          const int other = Lanes::other(key, thread % kLanesOfHeadRow, i);
          const Pair pair = differentiate(rows[thread], i, row_of(first, thread), other, shared);
          rows[thread].d_own.add(pair.d_score, other_row(shared.keys, other, thread));
        }
      });
    }
    HEADSWEEP_UNROLL
    for (int c = 0; c < Lanes::kColumns; ++c) {
      Lanes::add_others(warp, [&](int thread) -> float& { return rows[thread].d_own.of[c]; });
    }
    const float scale = 1.0F / std::sqrt(static_cast<float>(shape.head_width));
    warp.each_lane([&](int thread) {
      const int query = first + thread % kWarpSize / kLanesOfHeadRow;
      if (query >= shape.length) return;
      rows[thread].d_own.scale(scale);
      Lanes::store(d_row(at, query) + at.query_key_block * shape.head_width, shape.head_width,
                   thread % kLanesOfHeadRow, rows[thread].d_own, at.adds);
    });
  }

  // Eight keys from `first` on, over the queries that come no earlier.
  template <class Warp, class Rows>
  HEADSWEEP_HOST_DEVICE void pass_keys(Warp& warp, Rows& rows, const Head& at, int first,
                                       const Shared& shared) const {
    warp.each_lane([&](int thread) { begin(rows[thread], shared.keys, shared.values, first, thread); });
    for (int query = first; query < shape.length; query += Lanes::kOthers) {
      meet(warp, rows, shared.queries, shared.d_outputs, query);
      warp.each_lane([&](int thread) {
        HEADSWEEP_UNROLL
        for (int i = 0; i < Lanes::kOthersAtOnce; ++i) {
          const int other = Lanes::other(query, thread % kLanesOfHeadRow, i);
          const Pair pair = differentiate(rows[thread], i, other, row_of(first, thread), shared);
          rows[thread].d_own.add(pair.d_score, other_row(shared.queries, other, thread));
          rows[thread].d_partner.add(pair.kept_weight, other_row(shared.d_outputs, other, thread));
        }
      });
    }
    HEADSWEEP_UNROLL
    for (int c = 0; c < Lanes::kColumns; ++c) {
      Lanes::add_others(warp, [&](int thread) -> float& { return rows[thread].d_own.of[c]; });
      Lanes::add_others(warp, [&](int thread) -> float& { return rows[thread].d_partner.of[c]; });
    }
    warp.each_lane([&](int thread) {
      const int key = first + thread % kWarpSize / kLanesOfHeadRow;
      if (key >= shape.length) return;
      const int lane = thread % kLanesOfHeadRow;
      rows[thread].d_own.scale(1.0F / kLog2e);  // the queries have log2(e) / sqrt(k) in them
      float* const to = d_row(at, key);
      Lanes::store(to + shape.query_key_columns() + at.query_key_block * shape.head_width, shape.head_width,
                   lane, rows[thread].d_own, at.adds);
      Lanes::store(to + 2 * shape.query_key_columns() + at.head * shape.head_width, shape.head_width, lane,
                   rows[thread].d_partner, false);
    });
  }

  HEADSWEEP_HOST_DEVICE float* d_row(const Head& at, int position) const {
    return d_projected.of(at.trial) + (first_position(at) + position) * shape.columns();
  }

  HEADSWEEP_HOST_DEVICE int row_of(int first, int thread) const {
    return smaller(first + thread % kWarpSize / kLanesOfHeadRow, shape.length - 1);
  }

  HEADSWEEP_HOST_DEVICE Columns other_row(const float* matrix, int other, int thread) const {
    return Lanes::load(matrix + smaller(other, shape.length - 1) * Lanes::kStride, thread % kLanesOfHeadRow);
  }

  HEADSWEEP_HOST_DEVICE void begin(Row& row, const float* own, const float* partner, int first,
                                   int thread) const {
    const int place = row_of(first, thread) * Lanes::kStride;
    row.own = Lanes::load(own + place, thread % kLanesOfHeadRow);
    row.partner = Lanes::load(partner + place, thread % kLanesOfHeadRow);
    row.d_own = {};
    row.d_partner = {};
  }

  // Scores and dO . v of every row with the others from `first_other` on.
  template <class Warp, class Rows>
  HEADSWEEP_HOST_DEVICE void meet(Warp& warp, Rows& rows, const float* own_side, const float* partner_side,
                                  int first_other) const {
    warp.each_lane([&](int thread) {
      Row& row = rows[thread];
      HEADSWEEP_UNROLL
      for (int i = 0; i < Lanes::kOthersAtOnce; ++i) {
        const int other = Lanes::other(first_other, thread % kLanesOfHeadRow, i);
        row.scores[i] = Lanes::dot(row.own, other_row(own_side, other, thread));
        row.d_weights[i] = Lanes::dot(row.partner, other_row(partner_side, other, thread));
      }
    });
    HEADSWEEP_UNROLL
    for (int i = 0; i < Lanes::kOthersAtOnce; ++i) {
      Lanes::add_columns(warp, [&](int thread) -> float& { return rows[thread].scores[i]; });
      Lanes::add_columns(warp, [&](int thread) -> float& { return rows[thread].d_weights[i]; });
    }
  }

  struct Pair {
    float d_score;      // dS
    float kept_weight;  // P where dropout keeps it
  };

  HEADSWEEP_HOST_DEVICE Pair differentiate(const Row& row, int i, int query, int key,
                                           const Shared& shared) const {
    const int bytes = bit_bytes(shape.length);
    if (query >= shape.length || key > query || !sees(shared.visible, bytes, query, key)) return {0, 0};
    const bool is_kept = (shared.bits[query * bytes + key / 8] >> (key % 8) & 1) != 0;
    const float weight = exp2_fast(row.scores[i] - shared.log_denominators[query]);
    const float d_weight = is_kept ? row.d_weights[i] : 0.0F;
    return {weight * (d_weight - shared.weighted[query]), is_kept ? weight : 0.0F};
  }
};

}  // namespace headsweep::stacked
