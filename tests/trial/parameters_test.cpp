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

TEST(ParameterLayout, TiedHeadsShareOneBlockOfQueriesAndKeys) {
  ModelSettings model = paper_model(8);  // 8 columns a head
  model.tied_heads = 0.5;
  EXPECT_EQ(model.tied_head_count(), 4);
  EXPECT_EQ(model.query_key_blocks(), 5);
  std::vector<std::int64_t> blocks;
  for (std::int64_t head = 0; head < 8; ++head) blocks.push_back(model.query_key_block(head));
  EXPECT_EQ(blocks, (std::vector<std::int64_t>{0, 0, 0, 0, 1, 2, 3, 4}));
  const auto layout = parameter_layout(model);
  for (const std::size_t query_or_key : {2, 4}) {
    EXPECT_EQ(layout[query_or_key].rows, 40);
    EXPECT_EQ(layout[query_or_key + 1].rows, 40);
    EXPECT_EQ(layout[query_or_key].fan_in, 64);
  }
  EXPECT_EQ(layout[6].rows, 64) << "values stay apart";
  EXPECT_EQ(count_parameters(model).total(), 172'800 - 4 * 2 * 24 * (64 + 1));
}

TEST(ParameterLayout, OneTiedHeadIsNone) {
  for (const double share : {0.0, 0.1, 0.125, 0.18}) {
    ModelSettings model = paper_model(8);
    model.tied_heads = share;
    EXPECT_EQ(model.query_key_blocks(), 8) << share;
    EXPECT_EQ(model.query_key_block(7), 7) << share;
  }
  ModelSettings all = paper_model(8);
  all.tied_heads = 1;
  EXPECT_EQ(all.query_key_width(), 8);
  EXPECT_EQ(all.query_key_block(7), 0);
}

TEST(ParameterLayout, TalkingHeadsAddAMatrixALayer) {
  ModelSettings model = paper_model(8);
  model.talking_heads = true;
  const auto layout = parameter_layout(model);
  ASSERT_EQ(layout.size(), 64U);
  EXPECT_EQ(layout[10].name, "layers.0.attn.talking.weight");
  EXPECT_EQ(layout[10].kind, TensorKind::kMixing);
  EXPECT_EQ(layout[10].rows, 8);
  EXPECT_EQ(layout[10].columns, 8);
  EXPECT_EQ(layout[11].name, "layers.0.ln1.weight");
  EXPECT_EQ(count_parameters(model).attention, count_parameters(paper_model(8)).attention + 4 * 64);
}

TEST(ParameterLayout, TheFirstLayersHaveTheWiderMlps) {
  ModelSettings model = paper_model(4);
  model.wider_mlps = 2;
  const auto layout = parameter_layout(model);
  for (std::size_t layer = 0; layer < 4; ++layer) {
    const std::int64_t hidden = layer < 2 ? 129 : 128;
    const std::size_t first = 2 + 14 * layer;
    EXPECT_EQ(layout[first + 9].rows, hidden) << layer;
    EXPECT_EQ(layout[first + 10].rows, hidden) << layer;
    EXPECT_EQ(layout[first + 11].columns, hidden) << layer;
    EXPECT_EQ(layout[first + 11].fan_in, hidden) << layer;
    EXPECT_EQ(layout[first + 12].rows, 64) << layer;
  }
  EXPECT_EQ(count_parameters(model).total(), 172'800 + 2 * (2 * 64 + 1));
}

TEST(CountParameters, EqualsTheLayoutWhateverHeadsShare) {
  for (const std::int64_t heads : {1, 3, 5}) {
    for (const double tied : {0.0, 0.4, 1.0}) {
      for (const bool talking : {false, true}) {
        ModelSettings model = paper_model(heads);
        model.head_width = 6;
        model.wider_mlps = 3;
        model.tied_heads = tied;
        model.talking_heads = talking;
        EXPECT_EQ(count_parameters(model).total(), layout_total(model)) << heads << ' ' << tied << talking;
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

TEST(Flops, BackwardIsTwiceForward) {
  const ModelSettings model = paper_model(8);
  EXPECT_DOUBLE_EQ(50 * forward_flops_per_sequence(model), 5'959'680'000.0 / 3);
  EXPECT_DOUBLE_EQ(backward_flops_per_sequence(model), 2 * forward_flops_per_sequence(model));
}

// By hand, multiply-adds of one sequence of the paper's model (T = 100, width 64, 4 layers).
TEST(Flops, CountWhatHeadsShareAndMix) {
  ModelSettings tied = paper_model(8);
  tied.tied_heads = 1;  // W_q and W_k have 8 rows instead of 64
  EXPECT_DOUBLE_EQ(forward_flops_per_sequence(paper_model(8)) - forward_flops_per_sequence(tied),
                   2.0 * 4 * 2 * 100 * 64 * 56);
  ModelSettings talking = paper_model(8);
  talking.talking_heads = true;
  EXPECT_DOUBLE_EQ(forward_flops_per_sequence(talking) - forward_flops_per_sequence(paper_model(8)),
                   2.0 * 4 * 100 * 100 * 8 * 8);
  ModelSettings wider = paper_model(8);
  wider.wider_mlps = 3;
  EXPECT_DOUBLE_EQ(forward_flops_per_sequence(wider) - forward_flops_per_sequence(paper_model(8)),
                   2.0 * 3 * 2 * 100 * 64);
}

}  // namespace
}  // namespace headsweep::trial
