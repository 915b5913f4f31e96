#include "worker/trainer/initial_weights.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "errors/check.h"
#include "random/counter_random.h"
#include "trial/parameters.h"

namespace headsweep::trainer {
namespace {

using random::Purpose;

constexpr std::size_t kElementsPerBlock = std::tuple_size_v<random::Block>;

// The random blocks of one tensor: block `index` has the bits of elements 4 index ... 4 index + 3.
class TensorBlocks {
 public:
  TensorBlocks(std::uint32_t seed, Purpose purpose, const std::string& name)
      : seed_(seed), purpose_(purpose), hash_(random::name_hash(name)) {}

  random::Block operator[](std::size_t index) const {
    return random::random_block(seed_, purpose_, static_cast<std::uint32_t>(hash_ >> 32),
                                static_cast<std::uint32_t>(hash_), index);
  }

 private:
  std::uint32_t seed_;
  Purpose purpose_;
  std::uint64_t hash_;
};

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
void fill_drawn(const trial::ParameterTensor& tensor, const TensorBlocks& blocks, std::span<T> elements) {
  const double root_fan_in = std::sqrt(static_cast<double>(tensor.fan_in));
  for (std::size_t first = 0; first < elements.size(); first += kElementsPerBlock) {
    const random::Block block = blocks[first / kElementsPerBlock];
    const auto values =
        tensor.kind == trial::TensorKind::kEmbedding ? normal(block) : uniform(block, root_fan_in);
    for (std::size_t i = 0; i < kElementsPerBlock && first + i < elements.size(); ++i) {
      elements[first + i] = static_cast<T>(values[i]);
    }
  }
}

template <class T>
void fill_tensor(const trial::ParameterTensor& tensor, std::uint32_t seed, std::span<T> elements) {
  switch (tensor.kind) {
    case trial::TensorKind::kGain:
      std::ranges::fill(elements, T{1});
      return;
    case trial::TensorKind::kMixing:
      std::ranges::fill(elements, T{0});
      for (std::int64_t head = 0; head < tensor.rows; ++head) {
        elements[static_cast<std::size_t>(head * (tensor.columns + 1))] = T{1};
      }
      return;
    default:
      fill_drawn(tensor, TensorBlocks(seed, Purpose::kInitialWeights, tensor.name), elements);
  }
}

// The correlation that the heads of a tensor begin with.
double similarity_of(const trial::ParameterTensor& tensor, const trial::DiversitySettings& diversity) {
  const auto is_of = [&](const char* map) { return tensor.name.find(map) != std::string::npos; };
  if (is_of(".attn.W_q.") || is_of(".attn.W_k.")) return diversity.init_similarity;
  return is_of(".attn.W_v.") ? diversity.init_similarity_value : 0;
}

template <class T>
void share_between_heads(const trial::ParameterTensor& tensor, double similarity, std::size_t head_elements,
                         std::uint32_t seed, std::span<T> elements) {
  std::vector<T> shared(head_elements);
  fill_drawn(tensor, TensorBlocks(seed, Purpose::kSharedInitialWeights, tensor.name), std::span<T>(shared));
  const TensorBlocks decisions(seed, Purpose::kInitialWeightSharing, tensor.name);
  const double probability = std::sqrt(similarity);
  for (std::size_t first = 0; first < elements.size(); first += kElementsPerBlock) {
    const random::Block block = decisions[first / kElementsPerBlock];
    for (std::size_t i = 0; i < kElementsPerBlock && first + i < elements.size(); ++i) {
      if (random::uniform_open(block[i]) < probability) {
        elements[first + i] = shared[(first + i) % head_elements];
      }
    }
  }
}

}  // namespace

template <class T>
void fill_initial_weights(const trial::Settings& settings, std::span<T> parameters) {
  check(static_cast<std::int64_t>(parameters.size()) == trial::count_parameters(settings.model).total(),
        "the buffer has the size of the parameter layout");
  for (const trial::ParameterTensor& tensor : trial::parameter_layout(settings.model)) {
    const std::span<T> elements =
        parameters.subspan(static_cast<std::size_t>(tensor.offset), static_cast<std::size_t>(tensor.count()));
    fill_tensor(tensor, settings.seed, elements);
    if (const double similarity = similarity_of(tensor, settings.diversity); similarity > 0) {
      const std::int64_t head_elements = settings.model.columns_per_head() * tensor.columns;
      share_between_heads(tensor, similarity, static_cast<std::size_t>(head_elements), settings.seed,
                          elements);
    }
  }
}

template void fill_initial_weights(const trial::Settings&, std::span<float>);
template void fill_initial_weights(const trial::Settings&, std::span<double>);

}  // namespace headsweep::trainer
