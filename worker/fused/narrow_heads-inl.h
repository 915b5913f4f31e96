// Attention of heads four or eight columns wide, one block of queries (attention_block-inl.h).
//
// Products with so few columns leave register tiles mostly empty. Here the block's queries and all that is summed over
// keys stay in registers, one lane a query, while the keys go by once (forward: twice, for the maximum), each key's and
// value's columns broadcast.

#if defined(HEADSWEEP_WORKER_FUSED_NARROW_HEADS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEADSWEEP_WORKER_FUSED_NARROW_HEADS_INL_H_
#undef HEADSWEEP_WORKER_FUSED_NARROW_HEADS_INL_H_
#else
#define HEADSWEEP_WORKER_FUSED_NARROW_HEADS_INL_H_
#endif

#include <limits>

#include <hwy/highway.h>

#include "worker/fused/attention_block-inl.h"
#include "worker/fused/exponential-inl.h"

HWY_BEFORE_NAMESPACE();
namespace headsweep::fused::HWY_NAMESPACE {

// kWidth columns of a block's queries, or of their gradients, one lane a query.
template <std::size_t kWidth>
struct Columns {
  FloatVector of[kWidth];

  // Product with one row of keys or values.
  [[nodiscard]] HWY_INLINE FloatVector dot(const float* row) const {
    const FloatTag d;
    FloatVector sum = hn::Mul(of[0], hn::Set(d, row[0]));
    for (std::size_t c = 1; c < kWidth; ++c) sum = hn::MulAdd(of[c], hn::Set(d, row[c]), sum);
    return sum;
  }
  HWY_INLINE void add(FloatVector factor, const float* row) {
    const FloatTag d;
    for (std::size_t c = 0; c < kWidth; ++c) of[c] = hn::MulAdd(factor, hn::Set(d, row[c]), of[c]);
  }
};

// From `rows` [column][padded length].
template <std::size_t kWidth>
HWY_INLINE Columns<kWidth> load_columns(const AttentionShape& shape, const Block& block, const float* rows) {
  Columns<kWidth> columns;
  for (std::size_t c = 0; c < kWidth; ++c) {
    columns.of[c] = hn::LoadU(FloatTag(), rows + c * padded(shape.length) + block.first_query);
  }
  return columns;
}

template <std::size_t kWidth>
HWY_INLINE Columns<kWidth> zero_columns() {
  Columns<kWidth> columns;
  for (FloatVector& column : columns.of) column = hn::Zero(FloatTag());
  return columns;
}

// Scores of all keys to `scores` [key][query]; returns the largest of those that each query sees.
template <std::size_t kWidth>
HWY_INLINE FloatVector score_narrow(const AttentionShape& shape, const Block& block,
                                    const Columns<kWidth>& queries, const float* keys, float* scores) {
  const FloatTag d;
  const FloatVector lowest = hn::Set(d, -std::numeric_limits<float>::infinity());
  FloatVector maximum = lowest;
  for (std::size_t key = 0; key < block.keys; ++key, keys += shape.projected_columns()) {
    const FloatVector score = queries.dot(keys);
    hn::StoreU(score, d, scores + key * kLanes);
    maximum =
        hn::Max(maximum, key < block.full_keys ? score : hn::IfThenElse(block.visible(key), score, lowest));
  }
  return maximum;
}

// See forward_block() in attention.cpp; `outputs` [column][padded length] of the head.
template <std::size_t kWidth, bool kDrops>
void forward_narrow(const AttentionShape& shape, const Block& block, const float* queries,
                    const float* projected, AttentionRecord& record, float* scores, float* outputs) {
  const FloatTag d;
  const std::size_t stride = padded(shape.length);
  const FloatVector maximum = score_narrow(shape, block, load_columns<kWidth>(shape, block, queries),
                                           projected + shape.key_column(block.head), scores);
  FloatVector sum = hn::Zero(d);
  Columns<kWidth> output = zero_columns<kWidth>();
  const float* values = projected + shape.value_column(block.head);
  for (std::size_t key = 0; key < block.keys; ++key, values += shape.projected_columns()) {
    FloatVector weight = exp2_fast(d, hn::Sub(hn::LoadU(d, scores + key * kLanes), maximum));
    if (key >= block.full_keys) weight = hn::IfThenElseZero(block.visible(key), weight);
    sum = hn::Add(sum, weight);
    if constexpr (kDrops) weight = hn::IfThenElseZero(block.kept(key), weight);
    output.add(weight, values);
  }
  const FloatVector inverse = hn::Div(hn::Set(d, 1.0F), sum);
  const std::size_t row = block.head * stride + block.first_query;
  hn::StoreU(maximum, d, record.maxima.data() + row);
  hn::StoreU(inverse, d, record.inverse_sums.data() + row);
  const FloatVector factor = hn::Mul(inverse, hn::Set(d, record.dropout_scale));
  for (std::size_t c = 0; c < kWidth; ++c) {
    hn::StoreU(hn::Mul(output.of[c], factor), d, outputs + c * stride + block.first_query);
  }
}

// What differentiate() and the products before it in attention.cpp do, and the gradient of the queries: dropped
// weights to `scores`, gradients of the scores to `d_scores`, both [key][query].
template <std::size_t kWidth, bool kDrops>
void backward_narrow(const AttentionShape& shape, const Block& block, const float* projected,
                     const AttentionRecord& record, FloatVector weighted, const float* queries,
                     const float* d_outputs, float* scores, float* d_scores, float* d_queries) {
  const FloatTag d;
  const std::size_t stride = padded(shape.length);
  const std::size_t row = block.head * stride + block.first_query;
  const FloatVector maximum = hn::LoadU(d, record.maxima.data() + row);
  const FloatVector inverse_sum = hn::LoadU(d, record.inverse_sums.data() + row);
  const auto query = load_columns<kWidth>(shape, block, queries);
  const auto d_output = load_columns<kWidth>(shape, block, d_outputs);
  auto d_query = load_columns<kWidth>(shape, block, d_queries);
  const float* keys = projected + shape.key_column(block.head);
  const float* values = projected + shape.value_column(block.head);
  std::size_t key = 0;
  for (; key < block.keys; ++key, keys += shape.projected_columns(), values += shape.projected_columns()) {
    FloatVector weight = hn::Mul(exp2_fast(d, hn::Sub(query.dot(keys), maximum)), inverse_sum);
    if (key >= block.full_keys) weight = hn::IfThenElseZero(block.visible(key), weight);
    FloatVector d_weight = d_output.dot(values);
    FloatVector dropped = weight;
    if constexpr (kDrops) {
      const auto kept = block.kept(key);
      d_weight = hn::IfThenElseZero(kept, d_weight);
      dropped = hn::IfThenElseZero(kept, weight);
    }
    const FloatVector d_score = hn::Mul(weight, hn::Sub(d_weight, weighted));
    hn::StoreU(dropped, d, scores + key * kLanes);
    hn::StoreU(d_score, d, d_scores + key * kLanes);
    d_query.add(d_score, keys);
  }
  for (; key < padded(block.keys); ++key) {  // transposed along with the others
    hn::StoreU(hn::Zero(d), d, scores + key * kLanes);
    hn::StoreU(hn::Zero(d), d, d_scores + key * kLanes);
  }
  for (std::size_t c = 0; c < kWidth; ++c) {
    hn::StoreU(d_query.of[c], d, d_queries + c * stride + block.first_query);
  }
}

}  // namespace headsweep::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
