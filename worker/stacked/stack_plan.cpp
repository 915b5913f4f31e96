#include "worker/stacked/stack_plan.h"

#include <algorithm>
#include <limits>

#include "errors/check.h"
#include "trial/parameters.h"

namespace headsweep::stacked {
namespace {

constexpr int kGroup = 4;  // floats that are read at once

int narrowed(std::int64_t number) {
  check(number >= 0 && number <= std::numeric_limits<int>::max(), "sizes of a stack fit an int");
  return static_cast<int>(number);
}

// Takes the tensors of the flat parameters in their order and gives places to what they are packed into.
class PlanReader {
 public:
  PlanReader(const trial::ModelSettings& model, StackPlan& plan)
      : tensors_(trial::parameter_layout(model)), plan_(plan) {}

  const trial::ParameterTensor& take() { return tensors_[next_++]; }

  LinearPlan linear(std::size_t parts) {
    LinearPlan map{};
    const std::size_t first = plan_.packed_tensors.size();
    for (std::size_t part = 0; part < parts; ++part) {
      const trial::ParameterTensor& weight = take();
      const trial::ParameterTensor& bias = take();
      const int rows = narrowed(weight.rows);
      map.in = narrowed(weight.columns);
      map.parts.of[map.parts.count++] = {map.out_columns, rows, weight.offset, bias.offset};
      plan_.packed_tensors.push_back({weight.offset, bias.offset, /*gain=*/-1, rows, map.in, /*transposed=*/0,
                                      0, /*plain=*/0, 0, /*bias=*/0});
      map.out_columns += round_up(rows, kGroup);
    }
    map.in_columns = round_up(map.in, kGroup);
    map.transposed = packed(std::int64_t{map.in_columns} * map.out_columns);
    map.plain = packed(std::int64_t{map.out_columns} * map.in_columns);
    map.bias = packed(map.out_columns);
    for (std::size_t part = 0; part < parts; ++part) {
      place(map, map.parts.of[part].first_row, first + part);
    }
    return map;
  }

  // The gain that the maps of `map`, read before, have in them.
  std::int64_t gain_of(const LinearPlan& map) {
    const std::int64_t gain = take().offset;
    for (int part = 0; part < map.parts.count; ++part) {
      for (PackedTensor& tensor : plan_.packed_tensors) {
        if (tensor.weight == map.parts.of[part].weight) tensor.gain = gain;
      }
    }
    plan_.gained_maps.push_back({gain, map.in, map.parts});
    return gain;
  }

  void finish() const { check(next_ == tensors_.size(), "the stacked step knows all tensors of the model"); }

 private:
  std::int64_t packed(std::int64_t count) {
    const std::int64_t place = plan_.packed_size;
    plan_.packed_size += (count + kGroup - 1) / kGroup * kGroup;
    return place;
  }

  void place(const LinearPlan& map, int first_row, std::size_t number) {
    PackedTensor& tensor = plan_.packed_tensors[number];
    tensor.transposed = map.transposed + first_row;
    tensor.transposed_stride = map.out_columns;
    tensor.plain = map.plain + std::int64_t{first_row} * map.in_columns;
    tensor.plain_stride = map.in_columns;
    tensor.packed_bias = map.bias + first_row;
    for (int row = 0; row < tensor.rows; row += PackWeights::kSide) {
      for (int column = 0; column < tensor.columns; column += PackWeights::kSide) {
        plan_.pack_tiles.push_back({static_cast<std::int32_t>(number), row, column});
      }
    }
  }

  std::vector<trial::ParameterTensor> tensors_;
  std::size_t next_ = 0;
  StackPlan& plan_;
};

}  // namespace

StackPlan::StackPlan(const trial::Settings& settings)
    : batch(narrowed(settings.training.batch)),
      length(narrowed(settings.model.length)),
      rows(narrowed(settings.training.batch * settings.model.length)),
      width(narrowed(settings.model.width)),
      vocabulary(narrowed(settings.model.vocabulary)),
      parameters(trial::count_parameters(settings.model).total()) {
  PlanReader reader(settings.model, *this);
  check(reader.take().offset == 0, "the tokens' embedding is the first tensor");
  const trial::ParameterTensor& positions = reader.take();
  position_embedding = positions.offset;
  behind_embeddings = positions.offset + positions.count();
  for (std::int64_t layer = 0; layer < settings.model.layers; ++layer) {
    LayerPlan plan;
    plan.projection = reader.linear(3);
    plan.output = reader.linear(1);
    plan.attention_gain = reader.gain_of(plan.projection);
    plan.mlp_in = reader.linear(1);
    plan.mlp_out = reader.linear(1);
    plan.mlp_gain = reader.gain_of(plan.mlp_in);
    layers.push_back(plan);
  }
  logits = reader.linear(1);
  reader.finish();
}

HeadShape head_shape(const trial::ModelSettings& model) {
  return {narrowed(model.length), narrowed(model.heads), narrowed(model.columns_per_head()),
          narrowed(model.query_key_blocks()), narrowed(model.tied_head_count())};
}

}  // namespace headsweep::stacked
