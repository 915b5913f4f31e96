// Attention of heads of any width, one block of queries (attention_block-inl.h): register-tiled products over scores that
// lie [key][query] in the first-level cache.

#if defined(HEADSWEEP_WORKER_FUSED_WIDE_HEADS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEADSWEEP_WORKER_FUSED_WIDE_HEADS_INL_H_
#undef HEADSWEEP_WORKER_FUSED_WIDE_HEADS_INL_H_
#else
#define HEADSWEEP_WORKER_FUSED_WIDE_HEADS_INL_H_
#endif

#include <limits>

#include <hwy/highway.h>

#include "worker/fused/attention_block-inl.h"
#include "worker/fused/exponential-inl.h"
#include "worker/fused/product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace headsweep::fused::HWY_NAMESPACE {

// [key][query] of one block = rows of `left` (keys or values) times `right` [column][padded length].
HWY_INLINE void multiply_by_block(const AttentionShape& shape, const Block& block, const float* left,
                                  const float* right, float* out) {
  const Product product{.rows = block.keys,
                        .columns = kLanes,
                        .depth = shape.head_width,
                        .left = left,
                        .left_stride = shape.projected_columns(),
                        .right = right + block.first_query,
                        .right_stride = padded(shape.length),
                        .out = out,
                        .out_stride = kLanes};
  multiply_block<false>(product);
}

// [column][query] of one block = columns of `left` (keys or values) times `right` [key][query].
HWY_INLINE void multiply_over_keys(const AttentionShape& shape, const Block& block, const float* left,
                                   const float* right, float* out, bool add) {
  const Product product{.rows = shape.head_width,
                        .columns = kLanes,
                        .depth = block.keys,
                        .left = left,
                        .left_stride = shape.projected_columns(),
                        .left_is_transposed = true,
                        .right = right,
                        .right_stride = kLanes,
                        .out = out + block.first_query,
                        .out_stride = padded(shape.length),
                        .add = add};
  multiply_block<true>(product);
}

HWY_INLINE FloatVector column_maxima(const Block& block, float* scores) {
  const FloatTag d;
  const FloatVector lowest = hn::Set(d, -std::numeric_limits<float>::infinity());
  FloatVector maxima[4] = {lowest, lowest, lowest, lowest};
  std::size_t key = 0;
  for (; key + 4 <= block.full_keys; key += 4) {
    for (std::size_t i = 0; i < 4; ++i) {
      maxima[i] = hn::Max(maxima[i], hn::LoadU(d, scores + (key + i) * kLanes));
    }
  }
  for (; key < block.full_keys; ++key) maxima[0] = hn::Max(maxima[0], hn::LoadU(d, scores + key * kLanes));
  for (; key < block.keys; ++key) {
    const FloatVector score = hn::LoadU(d, scores + key * kLanes);
    maxima[1] = hn::Max(maxima[1], hn::IfThenElse(block.visible(key), score, lowest));
  }
  return hn::Max(hn::Max(maxima[0], maxima[1]), hn::Max(maxima[2], maxima[3]));
}

// Replaces scores by the dropped exponentials; returns the sums of the undropped ones.
template <bool kDrops>
HWY_INLINE FloatVector exponentiate(const Block& block, FloatVector maximum, float* scores) {
  const FloatTag d;
  FloatVector sum = hn::Zero(d);
  const auto put = [&](std::size_t key, FloatVector weight) HWY_ATTR {
    sum = hn::Add(sum, weight);
    if constexpr (kDrops) weight = hn::IfThenElseZero(block.kept(key), weight);
    hn::StoreU(weight, d, scores + key * kLanes);
  };
  const auto weight_of = [&](std::size_t key) HWY_ATTR {
    return exp2_fast(d, hn::Sub(hn::LoadU(d, scores + key * kLanes), maximum));
  };
  std::size_t key = 0;
  for (; key < block.full_keys; ++key) put(key, weight_of(key));
  for (; key < block.keys; ++key) put(key, hn::IfThenElseZero(block.visible(key), weight_of(key)));
  return sum;
}

inline void forward_wide(const AttentionShape& shape, const Block& block, const float* projected,
                         AttentionRecord& record, AttentionScratch& scratch) {
  const FloatTag d;
  const std::size_t stride = padded(shape.length);
  float* const scores = scratch.scores.data();
  multiply_by_block(shape, block, projected + shape.key_column(block.head),
                    scratch.queries.data() + shape.query_key_block[block.head] * shape.head_width * stride,
                    scores);
  const FloatVector maximum = column_maxima(block, scores);
  const FloatVector sum =
      block.keep ? exponentiate<true>(block, maximum, scores) : exponentiate<false>(block, maximum, scores);
  const FloatVector inverse = hn::Div(hn::Set(d, 1.0F), sum);
  const std::size_t row = block.head * stride + block.first_query;
  hn::StoreU(maximum, d, record.maxima.data() + row);
  hn::StoreU(inverse, d, record.inverse_sums.data() + row);
  float* const outputs = scratch.outputs.data() + block.head * shape.head_width * stride;
  multiply_over_keys(shape, block, projected + shape.value_column(block.head), scores, outputs,
                     /*add=*/false);
  const FloatVector factor = hn::Mul(inverse, hn::Set(d, record.dropout_scale));
  for (std::size_t column = 0; column < shape.head_width; ++column) {
    float* const place = outputs + column * stride + block.first_query;
    hn::StoreU(hn::Mul(hn::LoadU(d, place), factor), d, place);
  }
}

// Replaces scores by the dropped weights and d_scores, so far the gradient of these, by that of the scores.
template <bool kDrops>
HWY_INLINE void differentiate(const Block& block, FloatVector maximum, FloatVector inverse_sum,
                              FloatVector weighted, float* scores, float* d_scores) {
  const FloatTag d;
  const auto one_key = [&](std::size_t key, FloatVector weight) HWY_ATTR {
    FloatVector d_weight = hn::LoadU(d, d_scores + key * kLanes);
    FloatVector dropped = weight;
    if constexpr (kDrops) {
      const auto kept = block.kept(key);
      d_weight = hn::IfThenElseZero(kept, d_weight);
      dropped = hn::IfThenElseZero(kept, weight);
    }
    hn::StoreU(dropped, d, scores + key * kLanes);
    hn::StoreU(hn::Mul(weight, hn::Sub(d_weight, weighted)), d, d_scores + key * kLanes);
  };
  const auto weight_of = [&](std::size_t key) HWY_ATTR {
    return hn::Mul(exp2_fast(d, hn::Sub(hn::LoadU(d, scores + key * kLanes), maximum)), inverse_sum);
  };
  std::size_t key = 0;
  for (; key < block.full_keys; ++key) one_key(key, weight_of(key));
  for (; key < block.keys; ++key) one_key(key, hn::IfThenElseZero(block.visible(key), weight_of(key)));
  for (; key < padded(block.keys); ++key) {  // transposed along with the others
    hn::StoreU(hn::Zero(d), d, scores + key * kLanes);
    hn::StoreU(hn::Zero(d), d, d_scores + key * kLanes);
  }
}

// Weights and score gradients of a block, [key][query], and the gradient of its queries: with tiles.
inline void backward_wide(const AttentionShape& shape, const Block& block, const float* projected,
                          const AttentionRecord& record, FloatVector weighted, const float* queries,
                          const float* d_outputs, float* scores, float* d_scores, float* d_queries) {
  const FloatTag d;
  const float* const keys = projected + shape.key_column(block.head);
  multiply_by_block(shape, block, keys, queries, scores);
  multiply_by_block(shape, block, projected + shape.value_column(block.head), d_outputs, d_scores);
  const std::size_t row = block.head * padded(shape.length) + block.first_query;
  const FloatVector maximum = hn::LoadU(d, record.maxima.data() + row);
  const FloatVector inverse_sum = hn::LoadU(d, record.inverse_sums.data() + row);
  block.keep ? differentiate<true>(block, maximum, inverse_sum, weighted, scores, d_scores)
             : differentiate<false>(block, maximum, inverse_sum, weighted, scores, d_scores);
  multiply_over_keys(shape, block, keys, d_scores, d_queries, /*add=*/true);
}

}  // namespace headsweep::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
