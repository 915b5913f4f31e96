#include "worker/stacked/visible_bits.h"

#include "graphs/head_graphs.h"
#include "trial/head_graphs.h"
#include "worker/stacked/trial_rows.h"

namespace headsweep::stacked {

VisibleBits visible_bits(const trial::Settings& settings) {
  VisibleBits visible;
  const graphs::HeadGraphSpec spec = trial::head_graph_spec(settings);
  if (spec.kind == graphs::HeadGraphSpec::Kind::kFull) return visible;
  const std::vector<graphs::KeyRows> graphs = graphs::head_graphs(spec, settings.model.length);
  const std::size_t distinct = spec.shared ? 1 : graphs.size();
  const auto length = static_cast<std::size_t>(settings.model.length);
  const auto bytes = static_cast<std::size_t>(bit_bytes(static_cast<int>(length)));
  visible.bits.resize(distinct * length * bytes);
  visible.stride = spec.shared ? 0 : static_cast<std::int64_t>(length * bytes);
  for (std::size_t head = 0; head < distinct; ++head) {
    for (std::size_t query = 0; query < length; ++query) {
      for (auto edge = graphs[head].starts[query]; edge < graphs[head].starts[query + 1]; ++edge) {
        const auto key = static_cast<std::size_t>(graphs[head].keys[static_cast<std::size_t>(edge)]);
        visible.bits[(head * length + query) * bytes + key / 8] |= static_cast<std::uint8_t>(1U << key % 8);
      }
    }
  }
  return visible;
}

}  // namespace headsweep::stacked
