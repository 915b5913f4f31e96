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

}  // namespace

std::vector<ParameterTensor> parameter_layout(const ModelSettings& model) {
  LayoutBuilder layout;
  layout.embedding("token_emb.weight", model.vocabulary, model.width);
  layout.embedding("pos_emb.weight", model.length, model.width);
  for (std::int64_t layer = 0; layer < model.layers; ++layer) {
    const std::string prefix = "layers." + std::to_string(layer) + ".";
    for (const char* const name : {"attn.W_q", "attn.W_k", "attn.W_v"}) {
      layout.linear(prefix + name, model.attention_width(), model.width);
    }
    layout.linear(prefix + "attn.out_proj", model.width, model.attention_width());
    layout.gain(prefix + "ln1.weight", model.width);
    layout.linear(prefix + "mlp.0", model.mlp_width, model.width);
    layout.linear(prefix + "mlp.2", model.width, model.mlp_width);
    layout.gain(prefix + "ln2.weight", model.width);
  }
  layout.linear("out_proj", model.vocabulary, model.width);
  return std::move(layout).finish();
}

ParameterCount count_parameters(const ModelSettings& model) {
  const std::int64_t attention = model.attention_width();
  return {
      .embeddings =
          (model.vocabulary + model.length) * model.width + linear_count(model.vocabulary, model.width),
      .attention =
          model.layers * (3 * linear_count(attention, model.width) + linear_count(model.width, attention)),
      .mlp = model.layers *
             (linear_count(model.mlp_width, model.width) + linear_count(model.width, model.mlp_width)),
      .norms = model.layers * 2 * model.width,
  };
}

double training_flops_per_sequence(const ModelSettings& model) {
  const auto length = static_cast<double>(model.length);
  const auto width = static_cast<double>(model.width);
  const auto attention = static_cast<double>(model.attention_width());
  const double layer_linear = length * width * (4 * attention + 2 * static_cast<double>(model.mlp_width));
  const double layer_attention = 2 * length * length * attention;  // Q K^T and A V
  const double output = length * width * static_cast<double>(model.vocabulary);
  const double forward =
      static_cast<double>(model.layers) * (layer_linear + layer_attention) + output;  // multiply-adds
  return 3 * 2 * forward;  // backward computes two products for each one of forward
}

}  // namespace headsweep::trial
