#include "worker/trainer/initial_weights.h"

#include <array>
#include <cmath>
#include <numbers>

#include "errors/check.h"
#include "random/counter_random.h"
#include "trial/parameters.h"

namespace headsweep::trainer {
namespace {

constexpr std::size_t kElementsPerBlock = std::tuple_size_v<random::Block>;

random::Block weight_block(std::uint32_t seed, std::uint64_t name_hash, std::size_t index) {
  return random::random_block(seed, random::Purpose::kInitialWeights,
                              static_cast<std::uint32_t>(name_hash >> 32),
                              static_cast<std::uint32_t>(name_hash), index);
}

std::array<double, kElementsPerBlock> uniform(const random::Block& block, double root_fan_in) {
  std::array<double, kElementsPerBlock> values{};
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = (2 * random::uniform_open(block[i]) - 1) / root_fan_in;
  }
  return values;
}

// Box and Muller 1958.
std::array<double, kElementsPerBlock> normal(const random::Block& block) {
  std::array<double, kElementsPerBlock> values{};
  for (std::size_t i = 0; i < values.size(); i += 2) {
    const double radius = std::sqrt(-2 * std::log(random::uniform_open(block[i])));
    const double angle = 2 * std::numbers::pi * random::uniform_open(block[i + 1]);
    values[i] = radius * std::cos(angle);
    values[i + 1] = radius * std::sin(angle);
  }
  return values;
}

template <class T>
void fill_tensor(const trial::ParameterTensor& tensor, std::uint32_t seed, std::span<T> elements) {
  const std::uint64_t hash = random::name_hash(tensor.name);
  const double root_fan_in = std::sqrt(static_cast<double>(tensor.fan_in));
  for (std::size_t first = 0; first < elements.size(); first += kElementsPerBlock) {
    const random::Block block = weight_block(seed, hash, first / kElementsPerBlock);
    const auto values =
        tensor.kind == trial::TensorKind::kEmbedding ? normal(block) : uniform(block, root_fan_in);
    for (std::size_t i = 0; i < kElementsPerBlock && first + i < elements.size(); ++i) {
      elements[first + i] = static_cast<T>(values[i]);
    }
  }
}

}  // namespace

template <class T>
void fill_initial_weights(const trial::ModelSettings& model, std::uint32_t seed, std::span<T> parameters) {
  check(static_cast<std::int64_t>(parameters.size()) == trial::count_parameters(model).total(),
        "the buffer has the size of the parameter layout");
  for (const trial::ParameterTensor& tensor : trial::parameter_layout(model)) {
    const std::span<T> elements =
        parameters.subspan(static_cast<std::size_t>(tensor.offset), static_cast<std::size_t>(tensor.count()));
    if (tensor.kind == trial::TensorKind::kGain) {
      for (T& gain : elements) gain = T{1};
    } else {
      fill_tensor(tensor, seed, elements);
    }
  }
}

template void fill_initial_weights(const trial::ModelSettings&, std::uint32_t, std::span<float>);
template void fill_initial_weights(const trial::ModelSettings&, std::uint32_t, std::span<double>);

}  // namespace headsweep::trainer
