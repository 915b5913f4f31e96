// The model's tensors: names, shapes, order and places in the flat parameter buffer.
//
// Order and names are those of the paper's released checkpoints (PyTorch state_dict of the reference model). Talking
// heads add "layers.N.attn.talking.weight" behind that layer's "attn.out_proj.bias". With tied heads W_q and W_k have
// query_key_width() rows, block by block.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trial/settings.h"

namespace headsweep::trial {

enum class TensorKind {
  kEmbedding,  // initial values N(0, 1)
  kWeight,     // (out, in); uniform in +-1/sqrt(in)
  kBias,       // uniform in +-1/sqrt(in) of its weight
  kGain,       // RMSNorm; 1
  kMixing,     // talking heads, (heads, heads); the identity
};

struct ParameterTensor {
  std::string name;  // "layers.0.attn.W_q.weight"
  TensorKind kind;
  std::int64_t rows;
  std::int64_t columns;  // 1 for vectors
  std::int64_t fan_in;   // of the linear layer; 0 for embeddings and gains
  std::int64_t offset;   // first element in the flat buffer

  [[nodiscard]] std::int64_t count() const { return rows * columns; }
};

// All tensors in the order of the flat buffer, without gaps. Requires checked settings.
std::vector<ParameterTensor> parameter_layout(const ModelSettings& model);

// Number of parameters by closed form; equals the sum over parameter_layout().
struct ParameterCount {
  std::int64_t embeddings;  // tokens, positions and the output layer
  std::int64_t attention;   // all layers
  std::int64_t mlp;         // all layers
  std::int64_t norms;

  [[nodiscard]] std::int64_t total() const { return embeddings + attention + mlp + norms; }
};
ParameterCount count_parameters(const ModelSettings& model);

// Floating-point operations of one sequence, 2 per multiply-add. Linear layers, the two attention products of every
// head (full, whatever the mask, also where tied heads have equal maps) and the mixing of talking heads are counted;
// the rest is below 2%.
double forward_flops_per_sequence(const ModelSettings& model);
// Two products for each one of forward.
double backward_flops_per_sequence(const ModelSettings& model);
double training_flops_per_sequence(const ModelSettings& model);

}  // namespace headsweep::trial
