#include "worker/trainer/attention_mask.h"

#include <limits>
#include <vector>

#include <ATen/Functions.h>

#include "graphs/head_graphs.h"
#include "trial/head_graphs.h"

namespace headsweep::trainer {
namespace {

constexpr double kHidden = -std::numeric_limits<double>::infinity();

at::Tensor causal_mask(std::int64_t length, const at::TensorOptions& options) {
  return at::full({length, length}, kHidden, options).triu_(1);
}

at::Tensor graph_mask(const graphs::KeyRows& graph) {
  const std::int64_t length = graph.size();
  at::Tensor mask = at::full({length, length}, kHidden, at::kDouble);
  double* const elements = mask.mutable_data_ptr<double>();
  for (std::int64_t query = 0; query < length; ++query) {
    const auto row = static_cast<std::size_t>(query);
    for (auto edge = graph.starts[row]; edge < graph.starts[row + 1]; ++edge) {
      elements[query * length + graph.keys[static_cast<std::size_t>(edge)]] = 0;
    }
  }
  return mask;
}

}  // namespace

at::Tensor attention_mask(const trial::Settings& settings, const at::TensorOptions& options) {
  const graphs::HeadGraphSpec spec = trial::head_graph_spec(settings);
  const std::int64_t length = settings.model.length;
  if (spec.kind == graphs::HeadGraphSpec::Kind::kFull) return causal_mask(length, options);
  const std::vector<graphs::KeyRows> graphs = graphs::head_graphs(spec, length);
  if (spec.shared) return graph_mask(graphs.front()).to(options);
  std::vector<at::Tensor> masks;
  for (const graphs::KeyRows& graph : graphs) masks.push_back(graph_mask(graph));
  return at::stack(masks).to(options);
}

}  // namespace headsweep::trainer
