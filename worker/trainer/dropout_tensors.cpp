#include "worker/trainer/dropout_tensors.h"

#include <array>
#include <utility>

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>

#include "random/counter_random.h"

namespace headsweep::trainer {
namespace {

constexpr std::int64_t kElementsPerBlock = 8;
constexpr std::int64_t kLow32 = 0xffffffff;

std::int64_t blocks_of(std::int64_t elements) {
  return (elements + kElementsPerBlock - 1) / kElementsPerBlock;
}

DropoutPlace place_of(const trial::Settings& settings, std::int64_t step, std::size_t layer) {
  return {settings.seed, static_cast<std::uint32_t>(step), static_cast<std::uint32_t>(layer)};
}

std::pair<at::Tensor, at::Tensor> high_and_low_product(const at::Tensor& word, std::int64_t multiplier) {
  const at::Tensor product = word * multiplier;  // modulo 2^64: the sign means nothing
  return {product.__rshift__(32).bitwise_and_(kLow32), product.bitwise_and(kLow32)};
}

// Philox4x32-10 of every counter, in 64-bit integer tensors that hold 32-bit words; the counter's tensors
// broadcast.
std::array<at::Tensor, 4> philox(std::array<at::Tensor, 4> counter, std::int64_t key0, std::int64_t key1) {
  constexpr int kRounds = 10;
  for (int round = 0; round < kRounds; ++round) {
    const auto [high0, low0] = high_and_low_product(counter[0], 0xD2511F53);
    const auto [high1, low1] = high_and_low_product(counter[2], 0xCD9E8D57);
    counter = {high1.bitwise_xor(counter[1]).bitwise_xor(key0), low1,
               high0.bitwise_xor(counter[3]).bitwise_xor(key1), low0};
    key0 = (key0 + 0x9E3779B9) & kLow32;
    key1 = (key1 + 0xBB67AE85) & kLow32;
  }
  return counter;
}

// 16 bits an element, the elements of a block along a new last dimension.
at::Tensor element_bits(random::Purpose purpose, const DropoutPlace& place, const at::Tensor& b,
                        const at::Tensor& index) {
  const auto words = philox({index.bitwise_and(kLow32), index.__rshift__(32), b,
                             at::full({1}, static_cast<std::int64_t>(place.step), index.options())},
                            place.seed, static_cast<std::int64_t>(purpose));
  std::vector<at::Tensor> halves;
  for (const at::Tensor& word : words) {
    halves.push_back(word.bitwise_and(0xffff));
    halves.push_back(word.__rshift__(16));
  }
  return at::stack(halves, -1);
}

at::Tensor scale_of_kept(const at::Tensor& bits, const DropoutRule& rule, const at::TensorOptions& options) {
  return bits.ge(static_cast<std::int64_t>(rule.threshold)).to(options.dtype()).mul_(rule.scale);
}

}  // namespace

at::Tensor attention_mask_by_tensors(const trial::Settings& settings, const RowRange& rows,
                                     const DropoutPlace& place, const at::TensorOptions& options) {
  const auto integers = options.dtype(at::kLong);
  const std::int64_t length = settings.model.length;
  const std::int64_t blocks = blocks_of(length);
  const std::int64_t first = rows.first * length * blocks;
  const at::Tensor index =
      at::arange(first, first + rows.count * length * blocks, integers).view({-1, 1, length, blocks});
  const at::Tensor layer_and_head =
      at::arange(settings.model.heads, integers).add_(std::int64_t{place.layer} << 16).view({1, -1, 1, 1});
  const at::Tensor bits = element_bits(random::Purpose::kAttentionDropout, place, layer_and_head, index);
  return scale_of_kept(bits.flatten(3).narrow(3, 0, length), dropout_rule(settings.model.dropout), options);
}

at::Tensor mlp_mask_by_tensors(const trial::Settings& settings, const RowRange& rows,
                               const DropoutPlace& place, const at::TensorOptions& options) {
  const auto integers = options.dtype(at::kLong);
  const std::int64_t row_elements = settings.model.length * settings.model.width;
  const std::int64_t begin = rows.first * row_elements;
  const std::int64_t end = begin + rows.count * row_elements;
  const std::int64_t first_block = begin / kElementsPerBlock;
  const at::Tensor index = at::arange(first_block, blocks_of(end), integers);
  const at::Tensor layer = at::full({1}, std::int64_t{place.layer}, integers);
  const at::Tensor bits = element_bits(random::Purpose::kMlpDropout, place, layer, index);
  const std::int64_t before = begin - first_block * kElementsPerBlock;
  return scale_of_kept(bits.flatten().narrow(0, before, end - begin), dropout_rule(settings.model.dropout),
                       options)
      .view({rows.count, settings.model.length, settings.model.width});
}

DropoutTensors::DropoutTensors(const trial::Settings& settings, const RowRange& rows, at::ScalarType dtype,
                               at::Device device)
    : rule_(dropout_rule(settings.model.dropout)), rows_(rows), on_cpu_(device.is_cpu()) {
  if (!rule_.drops()) return;
  const trial::ModelSettings& model = settings.model;
  const auto options = at::TensorOptions().dtype(dtype).device(device);
  const std::int64_t row_elements = model.length * model.width;
  first_mlp_block_ = rows.first * row_elements / kElementsPerBlock;
  const std::int64_t before = rows.first * row_elements - first_mlp_block_ * kElementsPerBlock;
  for (std::int64_t layer = 0; layer < model.layers; ++layer) {
    mlp_blocks_.push_back(at::zeros({before + rows.count * row_elements}, options));
    layers_.push_back({at::zeros({rows.count, model.heads, model.length, model.length}, options),
                       mlp_blocks_.back()
                           .narrow(0, before, rows.count * row_elements)
                           .view({rows.count, model.length, model.width})});
  }
}

template <class T>
void DropoutTensors::fill_layer(const DropoutPlace& place, std::size_t layer) const {
  const at::Tensor& masks = layers_[layer].attention;
  const std::int64_t heads = masks.size(1);
  const std::int64_t length = masks.size(2);
  const AttentionMaskFiller<T> filler(length);
  T* const attention = masks.mutable_data_ptr<T>();
  at::parallel_for(0, rows_.count * heads, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t matrix = begin; matrix < end; ++matrix) {
      const std::span<T> elements(attention + matrix * length * length,
                                  static_cast<std::size_t>(length * length));
      filler.fill(rule_, place, rows_.first + matrix / heads, matrix % heads, elements);
    }
  });
  T* const mlp = mlp_blocks_[layer].mutable_data_ptr<T>();
  const std::int64_t elements = mlp_blocks_[layer].numel();
  at::parallel_for(0, blocks_of(elements), 1024, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t first = begin * kElementsPerBlock;
    const std::int64_t last = std::min(end * kElementsPerBlock, elements);
    fill_mlp_mask(rule_, place, first_mlp_block_ * kElementsPerBlock + first,
                  std::span(mlp + first, static_cast<std::size_t>(last - first)));
  });
}

std::span<const LayerDropout> DropoutTensors::masks(const trial::Settings& settings, std::int64_t step) {
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    const DropoutPlace place = place_of(settings, step, layer);
    LayerDropout& masks = layers_[layer];
    if (!on_cpu_) {
      masks = {attention_mask_by_tensors(settings, rows_, place, masks.attention.options()),
               mlp_mask_by_tensors(settings, rows_, place, masks.mlp.options())};
    } else if (masks.mlp.scalar_type() == at::kDouble) {
      fill_layer<double>(place, layer);
    } else {
      fill_layer<float>(place, layer);
    }
  }
  return layers_;
}

}  // namespace headsweep::trainer
