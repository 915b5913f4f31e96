// Where the fused step keeps weights and gradients of one model.
//
// The flat buffers of a trial (trial::parameter_layout) hold weights as PyTorch does, [out][in], one tensor behind the
// other. The kernels want them padded, and as right factors of products in panels of kPanel columns. So every update
// copies the weights into a packed buffer, and every chunk of the batch adds its gradients to a padded buffer of its
// own; both are laid out here.
#pragma once

#include <cstddef>
#include <vector>

#include "trial/settings.h"
#include "worker/fused/attention.h"

namespace headsweep::fused {

// An affine map [out][in] with bias, made of one or more tensors of the flat buffer one below the other (queries, keys
// and values are one map). Offsets in floats.
struct LinearLayout {
  struct Part {
    std::size_t flat_weight;
    std::size_t flat_bias;
    std::size_t rows;
    std::size_t first_row;  // in the map; a multiple of kPad
  };
  std::vector<Part> parts;
  std::size_t in;
  std::size_t out;  // padded: of all parts

  // Packed weights: panels of the transposed map, [out / kPanel][padded in][kPanel], for y = x W^T + b, and of the map
  // itself, [in / kPanel][out][kPanel], for d_x = d_y W; the bias [out].
  std::size_t transposed_panels;
  std::size_t panels;
  std::size_t bias;

  // Gradients: [out][padded in], and [out].
  std::size_t weight_gradient;
  std::size_t bias_gradient;
};

// Rows that are padded and otherwise kept as they are: embeddings and gains.
struct RowsLayout {
  std::size_t flat;
  std::size_t rows;
  std::size_t columns;
  std::size_t packed;
  std::size_t gradient;
};

struct LayerLayout {
  RowsLayout attention_gain;
  LinearLayout projection;  // queries, keys, values
  LinearLayout output;
  RowsLayout mlp_gain;
  LinearLayout mlp_in;
  LinearLayout mlp_out;
};

// `count` floats that lie side by side both in the flat buffers and in a gradient buffer.
struct GradientRun {
  std::size_t flat;
  std::size_t gradient;
  std::size_t count;
};

struct ModelLayout {
  explicit ModelLayout(const trial::ModelSettings& model);  // checked settings

  AttentionShape attention;
  RowsLayout token_embedding;
  RowsLayout position_embedding;
  std::vector<LayerLayout> layers;
  LinearLayout logits;

  std::size_t packed_size = 0;
  std::size_t gradient_size = 0;
  std::vector<GradientRun> gradient_runs;  // every parameter once, in pieces of at most 16,384

  [[nodiscard]] std::vector<const LinearLayout*> linear_maps() const;
  [[nodiscard]] std::vector<const RowsLayout*> plain_rows() const;
};

// Copies a map or rows from a trial's flat parameters to their places in a packed buffer, whose padding is zero.
void pack(const LinearLayout& map, const float* flat, float* packed);
void pack(const RowsLayout& rows, const float* flat, float* packed);

}  // namespace headsweep::fused
