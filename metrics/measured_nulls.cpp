#include "metrics/measured_nulls.h"

#include <algorithm>
#include <utility>

#include "errors/check.h"
#include "random/counter_random.h"

namespace headsweep::metrics {
namespace {

// Fisher-Yates on `row`, four numbers a block; `index`: of the row's first block.
void shuffle(std::span<double> row, const PermutedDraw& draw, std::uint32_t layer_and_head,
             std::uint64_t index) {
  random::Block bits{};
  for (std::size_t last = row.size(); last-- > 1;) {
    const std::size_t lane = last % 4;
    if (lane == 3 || last + 1 == row.size()) {
      bits = random::random_block(draw.seed, random::Purpose::kPermutedNull, layer_and_head, draw.draw,
                                  index + last / 4);
    }
    std::swap(row[last], row[random::uniform_below(bits[lane], static_cast<std::uint32_t>(last + 1))]);
  }
}

// outputs = attention times values, both [n][columns].
void attend(const LowerTriangle& attention, std::span<const double> values, std::size_t columns,
            std::span<double> outputs) {
  std::ranges::fill(outputs, 0.0);
  for (std::int64_t i = 0; i < attention.size(); ++i) {
    const std::span<const double> row = attention.row(i);
    double* const output = outputs.data() + static_cast<std::size_t>(i) * columns;
    for (std::size_t j = 0; j < row.size(); ++j) {
      const double* const value = values.data() + j * columns;
      for (std::size_t c = 0; c < columns; ++c) output[c] += row[j] * value[c];
    }
  }
}

// The part of one head in [heads][n][columns].
std::span<double> head_part(std::vector<double>& vectors, std::int64_t heads, std::int64_t head) {
  const std::size_t count = vectors.size() / static_cast<std::size_t>(heads);
  return std::span(vectors).subspan(static_cast<std::size_t>(head) * count, count);
}

void copy_head(const std::vector<double>& from, std::int64_t heads, std::int64_t head,
               std::vector<double>& to) {
  const std::size_t count = from.size() / static_cast<std::size_t>(heads);
  const auto begin = static_cast<std::ptrdiff_t>(static_cast<std::size_t>(head) * count);
  std::copy_n(from.begin() + begin, count, to.begin() + begin);
}

}  // namespace

LayerHeads permuted(const LayerHeads& layer, const PermutedDraw& draw) {
  check(layer.heads() < (1 << 16), "more heads than the random numbers are laid out for");
  LayerHeads result = layer;
  const auto n = static_cast<std::uint64_t>(layer.positions());
  for (std::int64_t h = 0; h < layer.heads(); ++h) {
    LowerTriangle& attention = result.attention[static_cast<std::size_t>(h)];
    for (std::uint64_t i = 2; i < n; ++i) {
      shuffle(attention.row(static_cast<std::int64_t>(i)).first(i), draw,
              draw.layer << 16 | static_cast<std::uint32_t>(h), (std::uint64_t{draw.sequence} * n + i) * n);
    }
    if (layer.outputs.empty() || layer.values.empty()) continue;
    attend(attention, head_part(result.values, layer.heads(), h), static_cast<std::size_t>(layer.columns),
           head_part(result.outputs, layer.heads(), h));
  }
  return result;
}

LayerHeads with_equal_weights(LayerHeads layer) {
  std::ranges::fill(layer.importance, 1 / static_cast<double>(layer.heads()));
  return layer;
}

CrossedSequences::Partial& CrossedSequences::partial(std::int64_t sequence,
                                                     std::span<const LayerHeads> like) {
  const auto [found, is_new] = open_.try_emplace(sequence);
  if (is_new) {
    found->second.missing = like.front().heads();
    for (const LayerHeads& layer : like) {
      LayerHeads& empty = found->second.layers.emplace_back();
      empty.attention.assign(layer.attention.size(), LowerTriangle(0));
      empty.importance = layer.importance;
      empty.columns = layer.columns;
      empty.values.resize(layer.values.size());
      empty.outputs.resize(layer.outputs.size());
    }
  }
  return found->second;
}

std::vector<CrossedSequences::Crossed> CrossedSequences::add(std::span<const LayerHeads> layers) {
  check(next_ < sequences_, "more sequences than announced");
  const std::int64_t heads = layers.front().heads();
  std::vector<Crossed> complete;
  for (std::int64_t h = 0; h < heads; ++h) {
    const std::int64_t sequence = ((next_ - h) % sequences_ + sequences_) % sequences_;
    Partial& crossed = partial(sequence, layers);
    for (std::size_t l = 0; l < layers.size(); ++l) {
      LayerHeads& to = crossed.layers[l];
      to.attention[static_cast<std::size_t>(h)] = layers[l].attention[static_cast<std::size_t>(h)];
      copy_head(layers[l].values, heads, h, to.values);
      copy_head(layers[l].outputs, heads, h, to.outputs);
    }
    if (--crossed.missing > 0) continue;
    complete.push_back({sequence, std::move(crossed.layers)});
    open_.erase(sequence);
  }
  ++next_;
  return complete;
}

}  // namespace headsweep::metrics
