#include "trial/parameters.h"

#include <set>

#include <gtest/gtest.h>

namespace headsweep::trial {
namespace {

ModelSettings paper_model(std::int64_t heads) {
  ModelSettings model;  // the defaults are the paper's
  model.heads = heads;
  return model;
}

std::int64_t layout_total(const ModelSettings& model) {
  std::int64_t total = 0;
  for (const ParameterTensor& tensor : parameter_layout(model)) total += tensor.count();
  return total;
}

TEST(ParameterLayout, HasThePapersCountWhateverTheHeads) {
  for (const std::int64_t heads : {1, 4, 8, 16}) {
    EXPECT_EQ(layout_total(paper_model(heads)), 172'800) << heads << " heads";
    EXPECT_EQ(count_parameters(paper_model(heads)).total(), 172'800) << heads << " heads";
  }
}

TEST(ParameterLayout, IsThatOfTheReleasedCheckpoints) {
  const auto layout = parameter_layout(paper_model(4));
  ASSERT_EQ(layout.size(), 60U);
  struct Expected {
    std::size_t number;
    const char* name;
    std::int64_t rows, columns;
  };
  const std::vector<Expected> expected = {
      {0, "token_emb.weight", 256, 64},
      {1, "pos_emb.weight", 100, 64},
      {2, "layers.0.attn.W_q.weight", 64, 64},
      {3, "layers.0.attn.W_q.bias", 64, 1},
      {4, "layers.0.attn.W_k.weight", 64, 64},
      {6, "layers.0.attn.W_v.weight", 64, 64},
      {8, "layers.0.attn.out_proj.weight", 64, 64},
      {9, "layers.0.attn.out_proj.bias", 64, 1},
      {10, "layers.0.ln1.weight", 64, 1},
      {11, "layers.0.mlp.0.weight", 128, 64},
      {12, "layers.0.mlp.0.bias", 128, 1},
      {13, "layers.0.mlp.2.weight", 64, 128},
      {14, "layers.0.mlp.2.bias", 64, 1},
      {15, "layers.0.ln2.weight", 64, 1},
      {16 + 14 * 2, "layers.3.attn.W_q.weight", 64, 64},
      {57, "layers.3.ln2.weight", 64, 1},
      {58, "out_proj.weight", 256, 64},
      {59, "out_proj.bias", 256, 1},
  };
  for (const Expected& one : expected) {
    EXPECT_EQ(layout[one.number].name, one.name);
    EXPECT_EQ(layout[one.number].rows, one.rows) << one.name;
    EXPECT_EQ(layout[one.number].columns, one.columns) << one.name;
  }
}

TEST(ParameterLayout, HasNoGapsAndNoNameTwice) {
  const auto layout = parameter_layout(paper_model(4));
  std::int64_t end = 0;
  std::set<std::string> names;
  for (const ParameterTensor& tensor : layout) {
    EXPECT_EQ(tensor.offset, end) << tensor.name;
    end += tensor.count();
    EXPECT_TRUE(names.insert(tensor.name).second) << tensor.name;
  }
}

TEST(ParameterLayout, KnowsTheFanInOfInitialValues) {
  for (const ParameterTensor& tensor : parameter_layout(paper_model(4))) {
    const bool linear = tensor.kind == TensorKind::kWeight || tensor.kind == TensorKind::kBias;
    const bool from_hidden = tensor.name.find("mlp.2") != std::string::npos;
    EXPECT_EQ(tensor.fan_in, !linear ? 0 : from_hidden ? 128 : 64) << tensor.name;
    const bool is_gain = tensor.name.find(".ln") != std::string::npos;
    EXPECT_EQ(tensor.kind == TensorKind::kGain, is_gain) << tensor.name;
    const bool is_embedding = tensor.name.find("emb") != std::string::npos;
    EXPECT_EQ(tensor.kind == TensorKind::kEmbedding, is_embedding) << tensor.name;
  }
}

TEST(ParameterLayout, AFixedHeadWidthWidensAttentionOnly) {
  ModelSettings model = paper_model(4);
  model.head_width = 24;
  const auto layout = parameter_layout(model);
  EXPECT_EQ(layout[2].rows, 96);
  EXPECT_EQ(layout[2].columns, 64);
  EXPECT_EQ(layout[3].rows, 96);
  EXPECT_EQ(layout[8].rows, 64);
  EXPECT_EQ(layout[8].columns, 96);
  EXPECT_EQ(layout[8].fan_in, 96);
  EXPECT_EQ(layout[9].rows, 64);
  EXPECT_EQ(layout[9].fan_in, 96);
}

TEST(CountParameters, EqualsTheSumOverTheLayout) {
  for (const std::int64_t width : {1, 8, 30}) {
    for (const std::int64_t layers : {1, 3}) {
      for (const std::int64_t heads : {1, 2, 7}) {
        for (const std::int64_t head_width : {1, 5}) {
          const ModelSettings model{.vocabulary = 11,
                                    .length = 9,
                                    .width = width,
                                    .layers = layers,
                                    .heads = heads,
                                    .head_width = head_width,
                                    .mlp_width = 13,
                                    .dropout = 0};
          EXPECT_EQ(count_parameters(model).total(), layout_total(model));
        }
      }
    }
  }
}

TEST(CountParameters, SplitsByPart) {
  const ParameterCount count = count_parameters(paper_model(8));
  EXPECT_EQ(count.embeddings, 256 * 64 + 100 * 64 + 256 * 64 + 256);
  EXPECT_EQ(count.attention, 4 * 4 * (64 * 64 + 64));
  EXPECT_EQ(count.mlp, 4 * (64 * 128 + 128 + 128 * 64 + 64));
  EXPECT_EQ(count.norms, 4 * 2 * 64);
}

TEST(TrainingFlops, OfThePapersStepAre5960Million) {
  for (const std::int64_t heads : {1, 16}) {
    EXPECT_DOUBLE_EQ(50 * training_flops_per_sequence(paper_model(heads)), 4'423'680'000.0 + 1'536'000'000.0);
  }
}

}  // namespace
}  // namespace headsweep::trial
