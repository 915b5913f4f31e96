#include "metrics/layer_heads.h"

#include "metrics/check_input.h"

namespace headsweep::metrics {

LayerHeads checked_heads(const LayerAttention& layer) {
  check_layer(layer);
  LayerHeads heads;
  heads.importance.assign(layer.importance.begin(), layer.importance.end());
  heads.columns = layer.columns;
  heads.values.assign(layer.values.begin(), layer.values.end());
  heads.outputs.assign(layer.outputs.begin(), layer.outputs.end());
  const auto count = static_cast<std::size_t>(layer.n * layer.n);
  for (std::size_t h = 0; h < layer.importance.size(); ++h) {
    heads.attention.push_back(LowerTriangle::from_dense(layer.attention.subspan(h * count, count), layer.n));
  }
  return heads;
}

LowerTriangle combination(const LayerHeads& layer) {
  LowerTriangle combined(layer.positions());
  for (std::size_t h = 0; h < layer.attention.size(); ++h)
    combined.add(layer.importance[h], layer.attention[h]);
  return combined;
}

}  // namespace headsweep::metrics
