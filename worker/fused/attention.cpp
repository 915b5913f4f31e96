// Queries are the lanes. One block is kLanes queries of one head; its scores lie transposed, [key][query], in the
// first-level cache, so that softmax runs down the keys without any reduction across lanes and a causal row ends with
// its block: keys behind the block's last query are never touched. All sums over keys or queries are register-tiled
// products (product-inl.h; narrow_heads-inl.h says what heads of 4 and 8 columns do instead):
//
//   scores [key][query] = K Q^T          outputs^T [column][query] = V^T P^T
//   dP^T [key][query] = V dO^T           dQ^T [column][query] = K^T dS^T
//   dK^T [column][key] += Q^T dS         dV^T [column][key] += dO^T P        (P, dS transposed to [query][key])
//
// Q, dO and the results are transposed once a sequence, which costs little beside the products.

#include "worker/fused/attention.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "worker/fused/dropout_bits.h"
#include "worker/fused/product.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/fused/attention.cpp"
#include <hwy/foreach_target.h>

#include "worker/fused/attention_block-inl.h"
#include "worker/fused/exponential-inl.h"
#include "worker/fused/narrow_heads-inl.h"
#include "worker/fused/product-inl.h"
#include "worker/fused/transposition-inl.h"
#include "worker/fused/wide_heads-inl.h"

HWY_BEFORE_NAMESPACE();
namespace headsweep::fused::HWY_NAMESPACE {

// [column][key] += `left` [column][padded length], this block's queries, times `right` [query][key].
HWY_INLINE void multiply_over_queries(const AttentionShape& shape, const Block& block, const float* left,
                                      const float* right, float* out) {
  const Product product{.rows = shape.head_width,
                        .columns = padded(block.keys),
                        .depth = kLanes,
                        .left = left + block.first_query,
                        .left_stride = padded(shape.length),
                        .right = right,
                        .right_stride = padded(shape.length),
                        .out = out,
                        .out_stride = padded(shape.length),
                        .add = true};
  multiply_matrices(product);
}

void forward_block(const AttentionShape& shape, const Block& block, const float* projected,
                   AttentionRecord& record, AttentionScratch& scratch) {
  const auto narrow = [&](auto kernel) {
    const std::size_t stride = padded(shape.length) * shape.head_width;
    kernel(shape, block, scratch.queries.data() + shape.query_key_block[block.head] * stride, projected,
           record, scratch.scores.data(), scratch.outputs.data() + block.head * stride);
  };
  if (shape.head_width == 4) return narrow(block.keep ? &forward_narrow<4, true> : &forward_narrow<4, false>);
  if (shape.head_width == 8) return narrow(block.keep ? &forward_narrow<8, true> : &forward_narrow<8, false>);
  forward_wide(shape, block, projected, record, scratch);
}

float query_scale(const AttentionShape& shape) {
  return static_cast<float>(std::numbers::log2e / std::sqrt(static_cast<double>(shape.head_width)));
}

void attention_forward_here(const AttentionShape& shape, const VisibleKeys& visible, const float* projected,
                            AttentionRecord& record, AttentionScratch& scratch, float* outputs) {
  const std::size_t stride = padded(shape.length);
  transpose_matrix(projected, shape.projected_columns(), stride, shape.query_columns, query_scale(shape),
                   scratch.queries.data(), stride);
  for (std::size_t head = 0; head < shape.heads(); ++head) {
    for (std::size_t query = 0; query < shape.length; query += kLanes) {
      forward_block(shape, block_at(shape, visible, record, head, query), projected, record, scratch);
    }
  }
  transpose_matrix(scratch.outputs.data(), stride, shape.value_columns, shape.length, 1, outputs,
                   shape.value_columns);
}

// Sum over the head's columns of output times its gradient: for each query the sum over keys of P dP.
HWY_INLINE FloatVector sum_of_weighted_gradients(const AttentionShape& shape, const Block& block,
                                                 const AttentionRecord& record,
                                                 const AttentionScratch& scratch) {
  const FloatTag d;
  const std::size_t stride = padded(shape.length);
  const std::size_t first = block.head * shape.head_width * stride + block.first_query;
  FloatVector sum = hn::Zero(d);
  for (std::size_t column = 0; column < shape.head_width; ++column) {
    sum = hn::MulAdd(hn::LoadU(d, scratch.outputs.data() + first + column * stride),
                     hn::LoadU(d, scratch.d_outputs.data() + first + column * stride), sum);
  }
  return hn::Mul(sum, hn::Set(d, 1 / record.dropout_scale));
}

auto* differentiate_by_width(std::size_t head_width, bool drops) {
  if (head_width == 4) return drops ? &backward_narrow<4, true> : &backward_narrow<4, false>;
  if (head_width == 8) return drops ? &backward_narrow<8, true> : &backward_narrow<8, false>;
  return &backward_wide;
}

void backward_block(const AttentionShape& shape, const Block& block, const float* projected,
                    const AttentionRecord& record, AttentionScratch& scratch) {
  const std::size_t stride = padded(shape.length);
  const std::size_t query_row = shape.query_key_block[block.head] * shape.head_width * stride;
  const std::size_t value_row = block.head * shape.head_width * stride;
  const float* const queries = scratch.queries.data() + query_row;
  const float* const d_outputs = scratch.d_outputs.data() + value_row;
  float* const scores = scratch.scores.data();
  float* const d_scores = scratch.d_scores.data();
  differentiate_by_width(shape.head_width, block.keep != nullptr)(
      shape, block, projected, record, sum_of_weighted_gradients(shape, block, record, scratch), queries,
      d_outputs, scores, d_scores, scratch.d_queries.data() + query_row);

  float* const by_query = scratch.scores_by_query.data();
  float* const d_by_query = scratch.d_scores_by_query.data();
  transpose_matrix(scores, kLanes, padded(block.keys), kLanes, 1, by_query, stride);
  transpose_matrix(d_scores, kLanes, padded(block.keys), kLanes, 1, d_by_query, stride);
  multiply_over_queries(shape, block, queries, d_by_query, scratch.d_keys.data() + query_row);
  multiply_over_queries(shape, block, d_outputs, by_query, scratch.d_values.data() + value_row);
}

void attention_backward_here(const AttentionShape& shape, const VisibleKeys& visible, const float* projected,
                             const float* outputs, const AttentionRecord& record, const float* d_outputs,
                             AttentionScratch& scratch, float* d_projected) {
  const std::size_t stride = padded(shape.length);
  const std::size_t columns = shape.projected_columns();
  transpose_matrix(projected, columns, stride, shape.query_columns, query_scale(shape),
                   scratch.queries.data(), stride);
  transpose_matrix(outputs, shape.value_columns, stride, shape.value_columns, 1, scratch.outputs.data(),
                   stride);
  transpose_matrix(d_outputs, shape.value_columns, stride, shape.value_columns, record.dropout_scale,
                   scratch.d_outputs.data(), stride);
  scratch.d_queries.clear();
  scratch.d_keys.clear();
  scratch.d_values.clear();
  for (std::size_t head = 0; head < shape.heads(); ++head) {
    for (std::size_t query = 0; query < shape.length; query += kLanes) {
      backward_block(shape, block_at(shape, visible, record, head, query), projected, record, scratch);
    }
  }
  // Scores are q . k / sqrt(k); the transposed queries hold log2(e) / sqrt(k) already.
  const auto of_query = static_cast<float>(1 / std::sqrt(static_cast<double>(shape.head_width)));
  transpose_matrix(scratch.d_queries.data(), stride, shape.query_columns, stride, of_query, d_projected,
                   columns);
  transpose_matrix(scratch.d_keys.data(), stride, shape.query_columns, stride, std::numbers::ln2_v<float>,
                   d_projected + shape.query_columns, columns);
  transpose_matrix(scratch.d_values.data(), stride, shape.value_columns, stride, 1,
                   d_projected + 2 * shape.query_columns, columns);
}

}  // namespace headsweep::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace headsweep::fused {

HWY_EXPORT(attention_forward_here);
HWY_EXPORT(attention_backward_here);

std::size_t AttentionShape::padded_length() const {
  return padded(length);
}

AttentionRecord::AttentionRecord(const AttentionShape& shape, bool drops, float scale)
    : maxima(shape.heads() * padded(shape.length)),
      inverse_sums(shape.heads() * padded(shape.length)),
      keep(drops ? shape.heads() * attention_bit_bytes(shape.length) : 0),
      dropout_scale(drops ? scale : 1) {}

AttentionScratch::AttentionScratch(const AttentionShape& shape)
    : queries(shape.query_columns * padded(shape.length)),
      outputs(shape.value_columns * padded(shape.length)),
      d_outputs(outputs.size()),
      d_queries(queries.size()),
      d_keys(queries.size()),
      d_values(outputs.size()),
      scores(padded(shape.length) * kPad),
      d_scores(scores.size()),
      scores_by_query(scores.size()),
      d_scores_by_query(scores.size()) {}

void attention_forward(const AttentionShape& shape, const VisibleKeys& visible, const float* projected,
                       AttentionRecord& record, AttentionScratch& scratch, float* outputs) {
  HWY_DYNAMIC_DISPATCH(attention_forward_here)(shape, visible, projected, record, scratch, outputs);
}

void attention_backward(const AttentionShape& shape, const VisibleKeys& visible, const float* projected,
                        const float* outputs, const AttentionRecord& record, const float* d_outputs,
                        AttentionScratch& scratch, float* d_projected) {
  HWY_DYNAMIC_DISPATCH(attention_backward_here)
  (shape, visible, projected, outputs, record, d_outputs, scratch, d_projected);
}

}  // namespace headsweep::fused
#endif
