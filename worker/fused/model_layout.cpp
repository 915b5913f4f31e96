#include "worker/fused/model_layout.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "errors/check.h"
#include "trial/parameters.h"
#include "worker/fused/product.h"
#include "worker/fused/transposition.h"

namespace headsweep::fused {
namespace {

std::size_t size_of(std::int64_t count) {
  return static_cast<std::size_t>(count);
}

std::size_t in_panels(std::size_t columns) {
  return (columns + kPanel - 1) / kPanel * kPanel;
}

AttentionShape attention_shape(const trial::ModelSettings& model) {
  AttentionShape shape{size_of(model.length),
                       size_of(model.columns_per_head()),
                       {},
                       padded(size_of(model.query_key_width())),
                       padded(size_of(model.attention_width()))};
  for (std::int64_t head = 0; head < model.heads; ++head) {
    shape.query_key_block.push_back(size_of(model.query_key_block(head)));
  }
  return shape;
}

// Takes the tensors of the flat buffer in their order and gives places to what they are packed into.
class LayoutReader {
 public:
  LayoutReader(const trial::ModelSettings& model, ModelLayout& layout)
      : tensors_(trial::parameter_layout(model)), layout_(layout) {}

  RowsLayout rows() {
    const trial::ParameterTensor& tensor = take();
    // Gains are vectors: one row.
    const bool is_vector = tensor.columns == 1 && tensor.kind == trial::TensorKind::kGain;
    const std::size_t count = is_vector ? 1 : size_of(tensor.rows);
    const std::size_t columns = size_of(is_vector ? tensor.rows : tensor.columns);
    const RowsLayout rows{size_of(tensor.offset), count, columns, packed(count * padded(columns)),
                          gradient(count * padded(columns))};
    add_runs(rows.flat, rows.gradient, rows.rows, rows.columns);
    return rows;
  }

  LinearLayout linear(std::size_t parts) {
    LinearLayout map{};
    for (std::size_t part = 0; part < parts; ++part) {
      const trial::ParameterTensor& weight = take();
      const trial::ParameterTensor& bias = take();
      map.parts.push_back({size_of(weight.offset), size_of(bias.offset), size_of(weight.rows), map.out});
      map.in = size_of(weight.columns);
      map.out += padded(size_of(weight.rows));
    }
    map.transposed_panels = packed(in_panels(map.out) * padded(map.in));
    map.panels = packed(in_panels(map.in) * map.out);
    map.bias = packed(map.out);
    map.weight_gradient = gradient(map.out * padded(map.in));
    map.bias_gradient = gradient(map.out);
    for (const LinearLayout::Part& part : map.parts) {
      add_runs(part.flat_weight, map.weight_gradient + part.first_row * padded(map.in), part.rows, map.in);
      add_runs(part.flat_bias, map.bias_gradient + part.first_row, 1, part.rows);
    }
    return map;
  }

  void finish() const { check(next_ == tensors_.size(), "the fused step knows all tensors of the model"); }

 private:
  const trial::ParameterTensor& take() { return tensors_[next_++]; }

  std::size_t packed(std::size_t count) {
    return std::exchange(layout_.packed_size, layout_.packed_size + padded(count));
  }
  std::size_t gradient(std::size_t count) {
    return std::exchange(layout_.gradient_size, layout_.gradient_size + padded(count));
  }

  void add_runs(std::size_t flat, std::size_t gradient, std::size_t rows, std::size_t columns) {
    constexpr std::size_t kLongest = 16384;
    if (columns == padded(columns)) {
      columns *= rows;
      rows = 1;
    }
    for (std::size_t row = 0; row < rows; ++row, flat += columns, gradient += padded(columns)) {
      for (std::size_t done = 0; done < columns; done += kLongest) {
        layout_.gradient_runs.push_back({flat + done, gradient + done, std::min(kLongest, columns - done)});
      }
    }
  }

  std::vector<trial::ParameterTensor> tensors_;
  std::size_t next_ = 0;
  ModelLayout& layout_;
};

}  // namespace

ModelLayout::ModelLayout(const trial::ModelSettings& model) : attention(attention_shape(model)) {
  LayoutReader reader(model, *this);
  token_embedding = reader.rows();
  position_embedding = reader.rows();
  for (std::int64_t layer = 0; layer < model.layers; ++layer) {
    LayerLayout places;
    places.projection = reader.linear(3);
    places.output = reader.linear(1);
    places.attention_gain = reader.rows();
    places.mlp_in = reader.linear(1);
    places.mlp_out = reader.linear(1);
    places.mlp_gain = reader.rows();
    layers.push_back(std::move(places));
  }
  logits = reader.linear(1);
  reader.finish();
}

std::vector<const LinearLayout*> ModelLayout::linear_maps() const {
  std::vector<const LinearLayout*> maps = {&logits};
  for (const LayerLayout& layer : layers) {
    maps.insert(maps.end(), {&layer.projection, &layer.output, &layer.mlp_in, &layer.mlp_out});
  }
  return maps;
}

std::vector<const RowsLayout*> ModelLayout::plain_rows() const {
  std::vector<const RowsLayout*> rows = {&token_embedding, &position_embedding};
  for (const LayerLayout& layer : layers) rows.insert(rows.end(), {&layer.attention_gain, &layer.mlp_gain});
  return rows;
}

void pack(const LinearLayout& map, const float* flat, float* packed_weights) {
  float* const panels = packed_weights + map.panels;
  for (const LinearLayout::Part& part : map.parts) {
    for (std::size_t row = 0; row < part.rows; ++row) {
      const float* const weights = flat + part.flat_weight + row * map.in;
      for (std::size_t column = 0; column < map.in; column += kPanel) {
        const std::size_t count = std::min(kPanel, map.in - column);
        std::memcpy(panels + column * map.out + (part.first_row + row) * kPanel, weights + column,
                    count * sizeof(float));
      }
    }
    std::memcpy(packed_weights + map.bias + part.first_row, flat + part.flat_bias, part.rows * sizeof(float));
  }
  float* const transposed = packed_weights + map.transposed_panels;
  for (std::size_t row = 0; row < map.out; row += kPanel) {
    for (std::size_t column = 0; column < map.in; column += kPanel) {
      transpose(panels + column * map.out + row * kPanel, kPanel, std::min(kPanel, map.out - row),
                std::min(kPanel, map.in - column), 1, transposed + row * padded(map.in) + column * kPanel,
                kPanel);
    }
  }
}

void pack(const RowsLayout& rows, const float* flat, float* packed_weights) {
  for (std::size_t row = 0; row < rows.rows; ++row) {
    std::memcpy(packed_weights + rows.packed + row * padded(rows.columns),
                flat + rows.flat + row * rows.columns, rows.columns * sizeof(float));
  }
}

}  // namespace headsweep::fused
