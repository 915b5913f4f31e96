#include "worker/trainer/attention_files.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <nlohmann/json.hpp>

#include "errors/user_error.h"
#include "worker/trainer/batches.h"
#include "worker/trainer/kept_model.h"
#include "worker/trainer/measurement.h"
#include "worker/trainer/model.h"

namespace headsweep::trainer {
namespace {

using Json = nlohmann::ordered_json;
using at::Tensor;

// `matrix` [T, T], double.
Json lower_triangle(const Tensor& matrix) {
  const Tensor rows = matrix.contiguous();
  const double* const values = rows.const_data_ptr<double>();
  const std::int64_t length = rows.size(0);
  Json triangle = Json::array();
  for (std::int64_t query = 0; query < length; ++query) {
    triangle.push_back(std::vector<double>(values + query * length, values + query * length + query + 1));
  }
  return triangle;
}

// `heads` [heads, T, T].
Json layer_json(const Tensor& heads, const std::vector<double>& importance) {
  Json maps = Json::array();
  for (std::int64_t head = 0; head < heads.size(0); ++head) maps.push_back(lower_triangle(heads[head]));
  const Tensor weights = at::tensor(importance, at::kDouble).view({-1, 1, 1});
  return {{"importance", importance},
          {"heads", std::move(maps)},
          {"combined", lower_triangle((weights * heads).sum(0))}};
}

Json attention_of_file(const std::string& path) {
  const at::NoGradGuard no_grad;
  const KeptModel kept = read_kept_model(path);
  const Model model(kept.settings, parameter_views(kept.settings.model, kept.parameters));
  const Sequences sequences = measured_sequences(kept.settings, tasks::Split::kHeldOut);
  std::vector<LayerAttention> layers;
  static_cast<void>(model.forward(
      at::tensor(sequences.tokens, at::kLong).view({sequences.count, sequences.length}), {}, &layers));
  Json json_layers = Json::array();
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    json_layers.push_back(
        layer_json(layers[layer].attention.to(at::kDouble).mean(0),
                   head_importance(model.weights().layers[layer].output_weight, kept.settings.model.heads)));
  }
  return {{"length", sequences.length}, {"sequences", sequences.count}, {"layers", std::move(json_layers)}};
}

}  // namespace

std::string attention_of_files(const std::vector<std::string>& files) {
  Json all = Json::array();
  for (const std::string& path : files) {
    try {
      all.push_back(attention_of_file(path));
    } catch (const UserError& error) {
      all.push_back({{"error", error.what()}});
    }
  }
  return all.dump() + "\n";
}

}  // namespace headsweep::trainer
