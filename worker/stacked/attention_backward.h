// Gradients of attention_forward.h. With dO the gradient of the outputs, P[i,j] = 2^(score - log2 of the denominator):
//   dP[i,j] = keep[i,j] dropout_scale dO_i . v_j;   dS[i,j] = P[i,j] (dP[i,j] - dO_i . o_i)
//   dq_i = sum over j of dS[i,j] k_j / sqrt(k);   dk_j = sum over i of dS[i,j] q_i / sqrt(k)
//   dv_j = sum over i of keep[i,j] dropout_scale P[i,j] dO_i
//
// A block owns one sequence and the heads that share queries and keys (one, unless heads are tied). All four matrices
// of a head lie in shared memory. Two passes, each over half of the pairs' square: four lanes own two queries for dq,
// then four lanes own two keys for dk and dv. Computing P and dP again costs less than keeping them.
#pragma once

#include <cmath>
#include <cstdint>

#include "worker/stacked/attention_forward.h"

namespace headsweep::stacked {

// Grid: (sequences * query_key_blocks, 1, trials of that head shape).
template <int kHeadWidth>
struct AttentionBackward {
  using Lanes = HeadLanes<kHeadWidth>;
  using Columns = typename Lanes::Columns;
  static constexpr int kThreads = 128;
  static constexpr int kBlocksAtOnce = kHeadWidth >= 16 ? 2 : 4;

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
    const int rows = Lanes::padded_rows(length);
    return static_cast<std::size_t>(4 * rows * Lanes::kStride) * sizeof(float) +
           static_cast<std::size_t>(rows) * sizeof(OfQuery) + AttentionBits::bytes(length, rows);
  }

  template <class Block>
  HEADSWEEP_HOST_DEVICE void operator()(Block& block) const {
    const int trial = trials.number(block.z());
    const int sequence = block.x() / shape.query_key_blocks;
    const int query_key_block = block.x() % shape.query_key_blocks;
    auto rows = block.template per_thread<Rows>();
    for (int i = 0; i < shape.heads_of(query_key_block); ++i) {
      const Head at{trial, sequence, shape.first_head(query_key_block) + i, query_key_block, i > 0};
      const Shared shared = share(block, at);
      block.barrier();
      block.each_warp([&](auto warp) {
        each_tile<kThreads>(warp, shape.length, [&](int first) {
          pass_queries(warp, rows, at, first, shared);
          pass_keys(warp, rows, at, first, shared);
        });
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

  struct alignas(8) OfQuery {
    float log_denominator;
    float weighted;  // dO . o
  };

  // A query's or a key's: what it brings and what it gathers.
  struct Row {
    Columns own;      // queries times log2(e) / sqrt(k), or keys
    Columns partner;  // gradients of outputs times dropout_scale, or values
    Columns d_own;
    Columns d_partner;  // of values
    float score;        // with the other that is at hand
    float d_weight;
    OfQuery of_query;
  };
  struct Rows {
    Row of[kRowsOfLane];
    Columns other_own;
    Columns other_partner;
  };

  struct Shared {
    float* queries;  // times log2(e) / sqrt(k)
    float* keys;
    float* values;
    float* d_outputs;  // times dropout_scale
    OfQuery* of_query;
    AttentionBits bits;
  };

  HEADSWEEP_HOST_DEVICE std::int64_t first_position(const Head& at) const {
    return static_cast<std::int64_t>(at.sequence) * shape.length;
  }

  template <class Block>
  HEADSWEEP_HOST_DEVICE Shared share(Block& block, const Head& at) const {
    const int rows = Lanes::padded_rows(shape.length);
    const int size = rows * Lanes::kStride;
    float* const memory = block.template shared<float>(0);
    auto* const of_query = reinterpret_cast<OfQuery*>(memory + 4 * size);
    const Shared shared{memory,
                        memory + size,
                        memory + 2 * size,
                        memory + 3 * size,
                        of_query,
                        {reinterpret_cast<std::uint16_t*>(of_query + rows), shape.length}};
    const TrialRow& trial = trials.rows[at.trial];
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
    shared.bits.template draw<kThreads>(
        block, trial, trial.visible == nullptr ? nullptr : trial.visible + at.head * trial.visible_stride,
        trials.states[at.trial].step, layer, at.sequence, at.head, shape.length, rows);
    return shared;
  }

  template <class Block>
  HEADSWEEP_HOST_DEVICE void copy(Block& block, const float* from, int from_stride, float* to,
                                  float factor) const {
    Lanes::template copy_head<kThreads>(block, from, from_stride, shape.length, shape.head_width, factor, to);
  }

  template <class Block>
  HEADSWEEP_HOST_DEVICE void weigh_outputs(Block& block, const Head& at, const float* outputs,
                                           const float* d_outputs, const Shared& shared) const {
    const float* const denominators =
        log_denominators.of(at.trial) +
        (static_cast<std::int64_t>(at.sequence) * shape.heads + at.head) * shape.length;
    block.each_thread([&](int thread) {
      for (int row = thread; row < Lanes::padded_rows(shape.length); row += kThreads) {
        OfQuery of_query{0, 0};
        if (row < shape.length) {
          const std::int64_t place = static_cast<std::int64_t>(row) * shape.value_columns();
          of_query.log_denominator = denominators[row];
          for (int c = 0; c < shape.head_width; ++c) {
            of_query.weighted = multiply_add(outputs[place + c], d_outputs[place + c], of_query.weighted);
          }
        }
        shared.of_query[row] = of_query;
      }
    });
  }

  // The queries of a tile, over their keys.
  template <class Warp, class AllRows>
  HEADSWEEP_HOST_DEVICE void pass_queries(Warp& warp, AllRows& rows, const Head& at, int first,
                                          const Shared& shared) const {
    begin(warp, rows, shared.queries, shared.d_outputs, first, shared.of_query);
    const int last = smaller(first + kRowsOfWarp, shape.length) - 1;
    for (int key = 0; key <= last; key += Lanes::kOthers) {
      HEADSWEEP_UNROLL
      for (int i = 0; i < Lanes::kOthersOfLane; ++i) {
        meet(warp, rows, shared.keys, shared.values, key, i);
        warp.each_lane([&](int thread) {
          const int lane = thread % kLanesOfHeadRow;
          HEADSWEEP_UNROLL
          for (int r = 0; r < kRowsOfLane; ++r) {
            Row& row = rows[thread].of[r];
            const unsigned step =
                shared.bits.template step<Lanes>(row_of_lane(first, thread, r, shape.length), key, lane);
            const Pair pair = differentiate(row, AttentionBits::pair_of<Lanes>(step, i), row.of_query);
            row.d_own.add(pair.d_score, rows[thread].other_own);
          }
        });
      }
    }
    const float scale = 1.0F / std::sqrt(static_cast<float>(shape.head_width));
    HEADSWEEP_UNROLL
    for (int r = 0; r < kRowsOfLane; ++r) {
      add_up(warp, rows, r);
      warp.each_lane([&](int thread) {
        if (!is_row_of_lane(first, thread, r, shape.length)) return;
        Row& row = rows[thread].of[r];
        row.d_own.scale(scale);
        Lanes::store(
            d_row(at, row_of_lane(first, thread, r, shape.length)) + at.query_key_block * shape.head_width,
            shape.head_width, thread % kLanesOfHeadRow, row.d_own, at.adds);
      });
    }
  }

  // The keys of a tile, over the queries that come no earlier.
  template <class Warp, class AllRows>
  HEADSWEEP_HOST_DEVICE void pass_keys(Warp& warp, AllRows& rows, const Head& at, int first,
                                       const Shared& shared) const {
    begin(warp, rows, shared.keys, shared.values, first, nullptr);
    for (int query = first; query < shape.length; query += Lanes::kOthers) {
      HEADSWEEP_UNROLL
      for (int i = 0; i < Lanes::kOthersOfLane; ++i) {
        meet(warp, rows, shared.queries, shared.d_outputs, query, i);
        warp.each_lane([&](int thread) {
          const int other = Lanes::other(query, thread % kLanesOfHeadRow, i);
          const OfQuery of_query = shared.of_query[other];
          HEADSWEEP_UNROLL
          for (int r = 0; r < kRowsOfLane; ++r) {
            Row& row = rows[thread].of[r];
            const unsigned bits = shared.bits.of(other, row_of_lane(first, thread, r, shape.length));
            const Pair pair = differentiate(row, bits, of_query);
            row.d_own.add(pair.d_score, rows[thread].other_own);
            row.d_partner.add(pair.kept_weight, rows[thread].other_partner);
          }
        });
      }
    }
    HEADSWEEP_UNROLL
    for (int r = 0; r < kRowsOfLane; ++r) {
      add_up(warp, rows, r);
      HEADSWEEP_UNROLL
      for (int c = 0; c < Lanes::kColumns; ++c) {
        Lanes::add_others(warp, [&](int thread) -> float& { return rows[thread].of[r].d_partner.of[c]; });
      }
      warp.each_lane([&](int thread) {
        if (!is_row_of_lane(first, thread, r, shape.length)) return;
        finish_key(rows[thread].of[r], at, row_of_lane(first, thread, r, shape.length),
                   thread % kLanesOfHeadRow);
      });
    }
  }

  HEADSWEEP_HOST_DEVICE void finish_key(Row& row, const Head& at, int key, int lane) const {
    row.d_own.scale(1.0F / kLog2e);  // the queries have log2(e) / sqrt(k) in them
    float* const to = d_row(at, key);
    Lanes::store(to + shape.query_key_columns() + at.query_key_block * shape.head_width, shape.head_width,
                 lane, row.d_own, at.adds);
    Lanes::store(to + 2 * shape.query_key_columns() + at.head * shape.head_width, shape.head_width, lane,
                 row.d_partner, false);
  }

  HEADSWEEP_HOST_DEVICE float* d_row(const Head& at, int position) const {
    return d_projected.of(at.trial) + (first_position(at) + position) * shape.columns();
  }

  template <class Warp, class AllRows>
  HEADSWEEP_HOST_DEVICE void begin(Warp& warp, AllRows& rows, const float* own, const float* partner,
                                   int first, const OfQuery* of_query) const {
    warp.each_lane([&](int thread) {
      HEADSWEEP_UNROLL
      for (int r = 0; r < kRowsOfLane; ++r) {
        Row& row = rows[thread].of[r];
        const int number = row_of_lane(first, thread, r, shape.length);
        row.own = Lanes::load(own + number * Lanes::kStride, thread % kLanesOfHeadRow);
        row.partner = Lanes::load(partner + number * Lanes::kStride, thread % kLanesOfHeadRow);
        row.d_own = {};
        row.d_partner = {};
        if (of_query != nullptr) row.of_query = of_query[number];
      }
    });
  }

  // The lane's number-th other from `first_other` on, its scores and dO . v with every row.
  template <class Warp, class AllRows>
  HEADSWEEP_HOST_DEVICE void meet(Warp& warp, AllRows& rows, const float* own_side, const float* partner_side,
                                  int first_other, int number) const {
    warp.each_lane([&](int thread) {
      Rows& own = rows[thread];
      const int lane = thread % kLanesOfHeadRow;
      const int place = Lanes::other(first_other, lane, number) * Lanes::kStride;
      own.other_own = Lanes::load(own_side + place, lane);
      own.other_partner = Lanes::load(partner_side + place, lane);
      HEADSWEEP_UNROLL
      for (int r = 0; r < kRowsOfLane; ++r) {
        own.of[r].score = Lanes::dot(own.of[r].own, own.other_own);
        own.of[r].d_weight = Lanes::dot(own.of[r].partner, own.other_partner);
      }
    });
    HEADSWEEP_UNROLL
    for (int r = 0; r < kRowsOfLane; ++r) {
      Lanes::add_columns(warp, [&](int thread) -> float& { return rows[thread].of[r].score; });
      Lanes::add_columns(warp, [&](int thread) -> float& { return rows[thread].of[r].d_weight; });
    }
  }

  template <class Warp, class AllRows>
  HEADSWEEP_HOST_DEVICE void add_up(Warp& warp, AllRows& rows, int r) const {
    HEADSWEEP_UNROLL
    for (int c = 0; c < Lanes::kColumns; ++c) {
      Lanes::add_others(warp, [&](int thread) -> float& { return rows[thread].of[r].d_own.of[c]; });
    }
  }

  struct Pair {
    float d_score;      // dS
    float kept_weight;  // P where dropout keeps it
  };

  HEADSWEEP_HOST_DEVICE static Pair differentiate(const Row& row, unsigned bits, const OfQuery& of_query) {
    const float weight =
        AttentionBits::is_seen(bits) ? exp2_fast(row.score - of_query.log_denominator) : 0.0F;
    const float d_weight = AttentionBits::is_kept(bits) ? row.d_weight : 0.0F;
    return {weight * (d_weight - of_query.weighted), AttentionBits::is_kept(bits) ? weight : 0.0F};
  }
};

}  // namespace headsweep::stacked
