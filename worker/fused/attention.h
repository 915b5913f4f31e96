// Causal attention of one sequence, forward and backward, with dropout inside.
//
// For every head h, query i, keys j <= i, where the head has a graph only those in it (the definition is
// worker/trainer/model.h):
//   P[i,j] = softmax over j of q_i . k_j / sqrt(k);   o_i = sum over j of keep[i,j] dropout_scale P[i,j] v_j
// P is never stored: the forward pass leaves each row's maximum and sum, the backward pass computes it again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "worker/fused/aligned_floats.h"
#include "worker/fused/visible_keys.h"

namespace headsweep::fused {

// Rows of the matrices below are positions; there are padded(length) of them, and those from `length` on are zero.
struct AttentionShape {
  std::size_t length;
  std::size_t head_width;
  std::vector<std::size_t>
      query_key_block;        // of each head: which head_width columns of queries and keys are its own
  std::size_t query_columns;  // padded width of all queries; the same for keys
  std::size_t value_columns;  // padded width of all values and of the output

  [[nodiscard]] std::size_t heads() const { return query_key_block.size(); }
  [[nodiscard]] std::size_t padded_length() const;
  // A row of `projected`: queries, keys, values.
  [[nodiscard]] std::size_t projected_columns() const { return 2 * query_columns + value_columns; }
  [[nodiscard]] std::size_t key_column(std::size_t head) const {
    return query_columns + query_key_block[head] * head_width;
  }
  [[nodiscard]] std::size_t value_column(std::size_t head) const {
    return 2 * query_columns + head * head_width;
  }
};

// What the backward pass needs of the forward pass, beside its inputs and outputs.
struct AttentionRecord {
  AlignedFloats maxima;            // [heads][padded length]: of q . k log2(e) / sqrt(k)
  AlignedFloats inverse_sums;      // [heads][padded length]: of 2^(that - maximum)
  std::vector<std::uint8_t> keep;  // [heads][attention_bit_bytes]; empty: no dropout
  float dropout_scale = 1;         // of what is kept

  AttentionRecord(const AttentionShape& shape, bool drops, float dropout_scale);
};

// Memory of one thread, for any number of calls.
class AttentionScratch {
 public:
  explicit AttentionScratch(const AttentionShape& shape);

  AlignedFloats queries;            // [query columns][padded length]: transposed, times log2(e) / sqrt(k)
  AlignedFloats outputs;            // [value columns][padded length]
  AlignedFloats d_outputs;          // the same; times dropout_scale
  AlignedFloats d_queries;          // [query columns][padded length]
  AlignedFloats d_keys;             // the same
  AlignedFloats d_values;           // [value columns][padded length]
  AlignedFloats scores;             // [padded length][lanes]: keys of one block of queries
  AlignedFloats d_scores;           // the same
  AlignedFloats scores_by_query;    // [lanes][padded length]
  AlignedFloats d_scores_by_query;  // the same
};

// `projected` [padded length][projected_columns()] -> `outputs` [padded length][value_columns]. Fills the maxima and
// sums of `record`, whose bits are drawn already.
void attention_forward(const AttentionShape& shape, const VisibleKeys& visible, const float* projected,
                       AttentionRecord& record, AttentionScratch& scratch, float* outputs);

// Gradient of the outputs -> gradient of `projected`, which is overwritten.
void attention_backward(const AttentionShape& shape, const VisibleKeys& visible, const float* projected,
                        const float* outputs, const AttentionRecord& record, const float* d_outputs,
                        AttentionScratch& scratch, float* d_projected);

}  // namespace headsweep::fused
