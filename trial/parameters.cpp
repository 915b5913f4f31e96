#include "trial/parameters.h"

#include <utility>

namespace headsweep::trial {
namespace {

// Appends tensors one behind the other.
class LayoutBuilder {
 public:
  void embedding(std::string name, std::int64_t rows, std::int64_t columns) {
    append({std::move(name), TensorKind::kEmbedding, rows, columns, 0, 0});
  }
  void linear(const std::string& name, std::int64_t out, std::int64_t in) {
    append({name + ".weight", TensorKind::kWeight, out, in, in, 0});
    append({name + ".bias", TensorKind::kBias, out, 1, in, 0});
  }
  void gain(std::string name, std::int64_t size) {
    append({std::move(name), TensorKind::kGain, size, 1, 0, 0});
  }
  void mixing(std::string name, std::int64_t heads) {
    append({std::move(name), TensorKind::kMixing, heads, heads, 0, 0});
  }
  std::vector<ParameterTensor> finish() && { return std::move(tensors_); }

 private:
  void append(ParameterTensor tensor) {
    tensor.offset = end_;
    end_ += tensor.count();
    tensors_.push_back(std::move(tensor));
  }

  std::vector<ParameterTensor> tensors_;
  std::int64_t end_ = 0;
};

std::int64_t linear_count(std::int64_t out, std::int64_t in) {
  return out * in + out;
}

// Of all layers.
std::int64_t hidden_units(const ModelSettings& model) {
  return model.layers * model.mlp_width + model.wider_mlps;
}

}  // namespace

std::vector<ParameterTensor> parameter_layout(const ModelSettings& model) {
  LayoutBuilder layout;
  layout.embedding("token_emb.weight", model.vocabulary, model.width);
  layout.embedding("pos_emb.weight", model.length, model.width);
  for (std::int64_t layer = 0; layer < model.layers; ++layer) {
    const std::string prefix = "layers." + std::to_string(layer) + ".";
    layout.linear(prefix + "attn.W_q", model.query_key_width(), model.width);
    layout.linear(prefix + "attn.W_k", model.query_key_width(), model.width);
    layout.linear(prefix + "attn.W_v", model.attention_width(), model.width);
    layout.linear(prefix + "attn.out_proj", model.width, model.attention_width());
    if (model.talking_heads) layout.mixing(prefix + "attn.talking.weight", model.heads);
    layout.gain(prefix + "ln1.weight", model.width);
    layout.linear(prefix + "mlp.0", model.mlp_width_of(layer), model.width);
    layout.linear(prefix + "mlp.2", model.width, model.mlp_width_of(layer));
    layout.gain(prefix + "ln2.weight", model.width);
  }
  layout.linear("out_proj", model.vocabulary, model.width);
  return std::move(layout).finish();
}

ParameterCount count_parameters(const ModelSettings& model) {
  const std::int64_t attention = model.attention_width();
  const std::int64_t query_key = model.query_key_width();
  const std::int64_t mixing = model.talking_heads ? model.heads * model.heads : 0;
  return {
      .embeddings =
          (model.vocabulary + model.length) * model.width + linear_count(model.vocabulary, model.width),
      .attention =
          model.layers * (2 * linear_count(query_key, model.width) + linear_count(attention, model.width) +
                          linear_count(model.width, attention) + mixing),
      .mlp = hidden_units(model) * (2 * model.width + 1) + model.layers * model.width,
      .norms = model.layers * 2 * model.width,
  };
}

double forward_flops_per_sequence(const ModelSettings& model) {
  const auto length = static_cast<double>(model.length);
  const auto width = static_cast<double>(model.width);
  const auto layers = static_cast<double>(model.layers);
  const auto attention = static_cast<double>(model.attention_width());
  const auto query_key = static_cast<double>(model.query_key_width());
  const double mixing = model.talking_heads ? static_cast<double>(model.heads * model.heads) : 0;
  const double linear = layers * 2 * (query_key + attention) + 2 * static_cast<double>(hidden_units(model)) +
                        static_cast<double>(model.vocabulary);  // a token, in units of width
  const double products = layers * (2 * attention + mixing);    // Q K^T, A V and P, a pair of positions
  return 2 * (length * width * linear + length * length * products);
}

double backward_flops_per_sequence(const ModelSettings& model) {
  return 2 * forward_flops_per_sequence(model);
}

double training_flops_per_sequence(const ModelSettings& model) {
  return forward_flops_per_sequence(model) + backward_flops_per_sequence(model);
}

}  // namespace headsweep::trial
