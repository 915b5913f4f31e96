#include "worker/fused/visible_keys.h"

#include <algorithm>

#include "graphs/head_graphs.h"
#include "trial/head_graphs.h"
#include "worker/fused/dropout_bits.h"

namespace headsweep::fused {
namespace {

std::vector<std::uint8_t> bits_of(const graphs::KeyRows& graph, std::size_t length) {
  const std::size_t stride = attention_bit_stride(length);
  std::vector<std::uint8_t> bits(attention_bit_bytes(length));
  const auto show = [&](std::size_t query, std::size_t key) {
    bits[key * stride + query / 8] |= static_cast<std::uint8_t>(1U << query % 8);
  };
  for (std::size_t query = 0; query < length; ++query) {
    for (auto edge = graph.starts[query]; edge < graph.starts[query + 1]; ++edge) {
      show(query, static_cast<std::size_t>(graph.keys[static_cast<std::size_t>(edge)]));
    }
  }
  // Lanes behind the last query see something, so that their softmax is finite.
  for (std::size_t query = length; query < stride * 8; ++query) show(query, 0);
  return bits;
}

}  // namespace

VisibleKeys::VisibleKeys(const trial::Settings& settings) {
  const graphs::HeadGraphSpec spec = trial::head_graph_spec(settings);
  if (spec.kind == graphs::HeadGraphSpec::Kind::kFull) return;
  const std::vector<graphs::KeyRows> graphs = graphs::head_graphs(spec, settings.model.length);
  const auto distinct = spec.shared ? 1 : graphs.size();
  for (std::size_t head = 0; head < distinct; ++head) {
    heads_.push_back(bits_of(graphs[head], static_cast<std::size_t>(settings.model.length)));
  }
}

const std::uint8_t* VisibleKeys::of_head(std::size_t head) const {
  return heads_.empty() ? nullptr : heads_[std::min(head, heads_.size() - 1)].data();
}

}  // namespace headsweep::fused
