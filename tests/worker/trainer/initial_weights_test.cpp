#include "worker/trainer/initial_weights.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gmock/gmock.h>

#include "random/counter_random.h"
#include "tests/worker/trainer/small_trial.h"
#include "trial/parameters.h"

namespace headsweep::trainer {
namespace {

template <class T>
std::vector<T> initial(const trial::ModelSettings& model, std::uint32_t seed) {
  std::vector<T> parameters(static_cast<std::size_t>(trial::count_parameters(model).total()));
  fill_initial_weights<T>(model, seed, parameters);
  return parameters;
}

std::span<const double> tensor(const trial::ModelSettings& model, const std::vector<double>& parameters,
                               const std::string& name) {
  for (const trial::ParameterTensor& entry : trial::parameter_layout(model)) {
    if (entry.name == name) {
      return std::span(parameters)
          .subspan(static_cast<std::size_t>(entry.offset), static_cast<std::size_t>(entry.count()));
    }
  }
  ADD_FAILURE() << name;
  return {};
}

TEST(InitialWeights, UniformElementsFollowTheDocumentedMapping) {
  const trial::ModelSettings model;
  const auto parameters = initial<double>(model, 5);
  const auto weight = tensor(model, parameters, "layers.1.mlp.2.weight");
  const std::uint64_t hash = random::name_hash("layers.1.mlp.2.weight");
  for (const std::size_t element : {0UL, 1UL, 2UL, 3UL, 4UL, 777UL, 8191UL}) {
    const auto block =
        random::random_block(5, random::Purpose::kInitialWeights, static_cast<std::uint32_t>(hash >> 32),
                             static_cast<std::uint32_t>(hash), element / 4);
    EXPECT_EQ(weight[element], (2 * random::uniform_open(block[element % 4]) - 1) / std::sqrt(128.0));
  }
}

TEST(InitialWeights, NormalElementsFollowTheDocumentedMapping) {
  const trial::ModelSettings model;
  const auto parameters = initial<double>(model, 5);
  const auto embedding = tensor(model, parameters, "pos_emb.weight");
  const std::uint64_t hash = random::name_hash("pos_emb.weight");
  const auto block =
      random::random_block(5, random::Purpose::kInitialWeights, static_cast<std::uint32_t>(hash >> 32),
                           static_cast<std::uint32_t>(hash), 3);
  const double radius = std::sqrt(-2 * std::log(random::uniform_open(block[2])));
  const double angle = 2 * std::acos(-1.0) * random::uniform_open(block[3]);
  EXPECT_DOUBLE_EQ(embedding[14], radius * std::cos(angle));
  EXPECT_DOUBLE_EQ(embedding[15], radius * std::sin(angle));
}

TEST(InitialWeights, HaveTheRightRangeAndMoments) {
  const trial::ModelSettings model;
  const auto parameters = initial<double>(model, 0);
  const auto moments = [](std::span<const double> values) {
    double sum = 0;
    double squares = 0;
    for (const double value : values) {
      sum += value;
      squares += value * value;
    }
    const auto n = static_cast<double>(values.size());
    return std::pair(sum / n, squares / n);
  };
  const auto [mean, square] = moments(tensor(model, parameters, "token_emb.weight"));
  EXPECT_NEAR(mean, 0, 5 / std::sqrt(16384.0));
  EXPECT_NEAR(square, 1, 5 * std::sqrt(2 / 16384.0));
  const auto weight = tensor(model, parameters, "layers.0.attn.W_q.weight");
  const auto [weight_mean, weight_square] = moments(weight);
  const double bound = 1 / 8.0;  // of 64 inputs
  EXPECT_NEAR(weight_mean, 0, 5 * bound / std::sqrt(3 * 4096.0));
  EXPECT_NEAR(weight_square, bound * bound / 3, 5 * bound * bound * std::sqrt(4 / 45.0 / 4096));
  EXPECT_THAT(weight, testing::Each(testing::AllOf(testing::Gt(-bound), testing::Lt(bound))));
  EXPECT_THAT(tensor(model, parameters, "layers.2.ln1.weight"), testing::Each(1.0));
}

TEST(InitialWeights, AreTheSameForEveryHeadCount) {
  trial::ModelSettings model;
  const auto one = initial<float>(model, 3);
  model.heads = 16;
  EXPECT_EQ(initial<float>(model, 3), one);
  EXPECT_NE(initial<float>(model, 4), one);
}

TEST(InitialWeights, FloatsAreTheDoublesRounded) {
  const trial::ModelSettings model = small_settings().model;
  const auto doubles = initial<double>(model, 9);
  const auto floats = initial<float>(model, 9);
  EXPECT_TRUE(
      std::ranges::equal(doubles, floats, [](double d, float f) { return static_cast<float>(d) == f; }));
}

}  // namespace
}  // namespace headsweep::trainer
