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
std::vector<T> initial(const trial::Settings& settings) {
  std::vector<T> parameters(static_cast<std::size_t>(trial::count_parameters(settings.model).total()));
  fill_initial_weights<T>(settings, parameters);
  return parameters;
}

template <class T>
std::vector<T> initial(const trial::ModelSettings& model, std::uint32_t seed) {
  trial::Settings settings;
  settings.model = model;
  settings.seed = seed;
  return initial<T>(settings);
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
  const auto doubles = initial<double>(diverse_settings(9));
  const auto floats = initial<float>(diverse_settings(9));
  EXPECT_TRUE(
      std::ranges::equal(doubles, floats, [](double d, float f) { return static_cast<float>(d) == f; }));
}

TEST(InitialWeights, MixingIsTheIdentity) {
  trial::ModelSettings model = small_settings().model;
  model.heads = 4;
  model.talking_heads = true;
  EXPECT_THAT(tensor(model, initial<double>(model, 3), "layers.1.attn.talking.weight"),
              testing::ElementsAre(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1));
}

// Eight heads of eight columns in a residual stream of 256: 2048 elements of a head in each of four layers.
trial::Settings wide_settings(double similarity, double similarity_value) {
  trial::Settings settings;
  settings.model.width = 256;
  settings.model.heads = 8;
  settings.model.head_width = 8;
  settings.diversity.init_similarity = similarity;
  settings.diversity.init_similarity_value = similarity_value;
  settings.seed = 11;
  return settings;
}

struct Moments {
  double correlation = 0;  // between heads, mean over pairs; their means and variances are known
  double square = 0;       // mean square
};

// Over all layers, in units of the variance that the distribution has.
Moments moments_of(const trial::Settings& settings, const std::string& map) {
  const auto parameters = initial<double>(settings);
  const double variance = 1.0 / 3 / static_cast<double>(settings.model.width);
  const std::int64_t heads = settings.model.heads;
  Moments sum;
  std::size_t elements = 0;
  for (std::int64_t layer = 0; layer < settings.model.layers; ++layer) {
    const auto all = tensor(settings.model, parameters, "layers." + std::to_string(layer) + ".attn." + map);
    const std::size_t of_head = all.size() / static_cast<std::size_t>(heads);
    elements += of_head;
    for (std::size_t i = 0; i < of_head; ++i) {
      double together = 0;
      double squares = 0;
      for (std::size_t place = i; place < all.size(); place += of_head) {
        together += all[place];
        squares += all[place] * all[place];
      }
      sum.correlation += (together * together - squares) / variance;
      sum.square += squares / variance;
    }
  }
  const auto count = static_cast<double>(elements);
  const auto number = static_cast<double>(heads);
  return {sum.correlation / (count * number * (number - 1)), sum.square / (count * number)};
}

TEST(SimilarHeads, HaveTheCorrelationThatIsAskedFor) {
  for (const double rho : {0.0, 0.5, 1.0}) {
    const trial::Settings settings = wide_settings(rho, 0);
    for (const char* const map : {"W_q.weight", "W_k.weight"}) {
      const Moments moments = moments_of(settings, map);
      // 8192 elements of a head: the product of two has a variance of at most 9/5, the mean of the pairs no
      // more.
      const double five_errors = 5 * std::sqrt(1.8 / 8192);
      EXPECT_NEAR(moments.correlation, rho, rho == 0 ? five_errors / std::sqrt(28) : five_errors) << map;
      EXPECT_NEAR(moments.square, 1, 5 * std::sqrt(0.8 / 8192)) << map;
    }
    EXPECT_NEAR(moments_of(settings, "W_v.weight").correlation, 0, 5 * std::sqrt(1.0 / 8192 / 28));
  }
}

TEST(SimilarHeads, BiasesAreSimilarToo) {
  const trial::Settings settings = wide_settings(1, 1);
  const auto parameters = initial<double>(settings);
  for (const char* const map : {"W_q", "W_k", "W_v"}) {
    for (const char* const kind : {".weight", ".bias"}) {
      const auto all = tensor(settings.model, parameters, std::string("layers.2.attn.") + map + kind);
      const auto first = all.first(all.size() / 8);
      for (std::size_t head = 1; head < 8; ++head) {
        EXPECT_TRUE(std::ranges::equal(all.subspan(head * first.size(), first.size()), first)) << map << kind;
      }
    }
  }
}

TEST(SimilarHeads, ValuesHaveASimilarityOfTheirOwn) {
  const trial::Settings settings = wide_settings(0, 0.5);
  EXPECT_NEAR(moments_of(settings, "W_v.weight").correlation, 0.5, 5 * std::sqrt(1.8 / 8192));
  EXPECT_NEAR(moments_of(settings, "W_q.weight").correlation, 0, 5 * std::sqrt(1.0 / 8192 / 28));
}

TEST(SimilarHeads, NothingButTheirOwnTensorsChanges) {
  const auto plain = initial<double>(wide_settings(0, 0));
  trial::Settings settings = wide_settings(0, 0);
  EXPECT_EQ(plain, initial<double>(settings.model, settings.seed));
  const auto similar = initial<double>(wide_settings(0.3, 0.3));
  for (const trial::ParameterTensor& entry : trial::parameter_layout(settings.model)) {
    const bool is_projection = entry.name.find(".attn.W_") != std::string::npos;
    EXPECT_EQ(std::ranges::equal(tensor(settings.model, plain, entry.name),
                                 tensor(settings.model, similar, entry.name)),
              !is_projection)
        << entry.name;
  }
}

// Raising rho turns own elements into shared ones and never one shared value into another: arms are paired.
TEST(SimilarHeads, AHigherSimilarityKeepsWhatIsShared) {
  const auto plain = initial<double>(wide_settings(0, 0));
  const auto some = initial<double>(wide_settings(0.2, 0.2));
  const auto more = initial<double>(wide_settings(0.6, 0.6));
  std::size_t shared_in_both = 0;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (some[i] == plain[i]) continue;
    EXPECT_EQ(more[i], some[i]);
    ++shared_in_both;
  }
  EXPECT_GT(shared_in_both, 0U);
}

}  // namespace
}  // namespace headsweep::trainer
