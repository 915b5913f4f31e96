// Shapes and places of a stack: what a bundle of trials with equal weight shapes shares. Plain numbers, on the host.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "trial/settings.h"
#include "worker/stacked/attention_lanes.h"
#include "worker/stacked/finish_update.h"
#include "worker/stacked/pack_weights.h"
#include "worker/stacked/weight_gradient.h"

namespace headsweep::stacked {

// An affine map; columns and rows padded to whole groups of four. Offsets in floats, into the packed weights.
struct LinearPlan {
  MapParts parts;
  int in;                   // true columns
  int in_columns;           // padded
  int out_columns;          // padded, of all parts
  std::int64_t transposed;  // [in_columns][out_columns]
  std::int64_t plain;       // [out_columns][in_columns]
  std::int64_t bias;        // [out_columns]
};

struct LayerPlan {
  LinearPlan projection;  // queries, keys, values
  LinearPlan output;
  LinearPlan mlp_in;
  LinearPlan mlp_out;
  std::int64_t attention_gain;  // flat
  std::int64_t mlp_gain;
};

struct StackPlan {
  // Of trials of that shape, for which why_not_stacked() has nothing to say.
  explicit StackPlan(const trial::Settings& settings);

  int batch;
  int length;
  int rows;  // batch * length
  int width;
  int vocabulary;
  std::int64_t parameters;
  std::int64_t position_embedding;  // flat offsets; the tokens' begins at 0
  std::int64_t behind_embeddings;   // of the first parameter whose gradient comes in chunks
  std::vector<LayerPlan> layers;
  LinearPlan logits;
  std::int64_t packed_size = 0;

  std::vector<PackedTensor> packed_tensors;
  std::vector<PackTile> pack_tiles;
  std::vector<GainedMap> gained_maps;
};

// Of a trial's heads; equal for trials whose attention can be launched together.
HeadShape head_shape(const trial::ModelSettings& model);

}  // namespace headsweep::stacked
