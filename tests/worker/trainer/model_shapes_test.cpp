// What the settings of heads and shapes do to the model, against the plain one.
#include <cmath>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "graphs/head_graphs.h"
#include "tests/worker/trainer/small_trial.h"
#include "trial/head_graphs.h"
#include "trial/parameters.h"
#include "worker/trainer/attention_mask.h"
#include "worker/trainer/bundle_buffers.h"
#include "worker/trainer/model.h"

namespace headsweep::trainer {
namespace {

at::Tensor some_tokens() {
  return at::arange(36, at::kLong).mul(7).remainder(12).view({3, 12});
}

struct Pass {
  at::Tensor logits;
  std::vector<LayerAttention> layers;
};

Pass pass(const trial::Settings& settings, const std::vector<at::Tensor>& tensors) {
  Pass result;
  result.logits = Model(settings, tensors).forward(some_tokens(), {}, &result.layers);
  return result;
}

std::vector<at::Tensor> initial_tensors(const trial::Settings& settings, at::ScalarType dtype = at::kDouble) {
  return parameter_views(settings.model, initial_parameters(settings, dtype, at::kCPU));
}

// The place of a tensor in the layout.
std::size_t place(const trial::Settings& settings, const std::string& name) {
  const auto layout = trial::parameter_layout(settings.model);
  for (std::size_t i = 0; i < layout.size(); ++i) {
    if (layout[i].name == name) return i;
  }
  ADD_FAILURE() << name;
  return 0;
}

trial::Settings with_graph(const char* graph, const char* connect) {
  trial::Settings settings = small_settings(2);
  settings.model.heads = 4;
  settings.diversity.graph = graph;
  settings.diversity.graph_connect = connect;
  settings.diversity.graph_window = 3;
  settings.diversity.graph_degree = 3;
  return settings;
}

void expect_attention_follows_its_graphs(const trial::Settings& settings, at::ScalarType dtype) {
  const auto graphs = graphs::head_graphs(trial::head_graph_spec(settings), settings.model.length);
  const Pass seen = pass(settings, initial_tensors(settings, dtype));
  ASSERT_EQ(seen.layers.size(), 2U);
  for (const LayerAttention& layer : seen.layers) {
    for (std::int64_t head = 0; head < settings.model.heads; ++head) {
      const graphs::KeyRows& graph = graphs[static_cast<std::size_t>(head)];
      at::Tensor sees = at::zeros({12, 12}, at::kBool);
      for (std::int64_t query = 0; query < 12; ++query) {
        const auto row = static_cast<std::size_t>(query);
        for (auto edge = graph.starts[row]; edge < graph.starts[row + 1]; ++edge) {
          sees[query][graph.keys[static_cast<std::size_t>(edge)]] = true;
        }
      }
      const at::Tensor attention = layer.attention.select(1, head);
      EXPECT_TRUE(attention.masked_select(~sees).eq(0).all().item<bool>()) << "head " << head;
      EXPECT_TRUE(attention.masked_select(sees).gt(0).all().item<bool>()) << "head " << head;
      EXPECT_TRUE(at::allclose(attention.sum(-1), at::ones({}, dtype), 1e-6));
    }
  }
}

TEST(HeadGraphModel, AttentionIsExactlyZeroOutsideTheGraphInEveryLayerAndHead) {
  for (const char* const graph : {"window", "dilated", "random"}) {
    for (const char* const connect : {"union", "each", "none"}) {
      for (const bool shared : {false, true}) {
        SCOPED_TRACE(std::string(graph) + " " + connect + (shared ? " shared" : " own"));
        trial::Settings settings = with_graph(graph, connect);
        settings.diversity.graph_shared = shared;
        expect_attention_follows_its_graphs(settings, at::kFloat);
        expect_attention_follows_its_graphs(settings, at::kDouble);
      }
    }
  }
}

TEST(HeadGraphModel, TalkingHeadsDoNotSpeakThroughTheMask) {
  trial::Settings settings = with_graph("window", "union");
  settings.model.talking_heads = true;
  auto tensors = initial_tensors(settings);
  tensors[place(settings, "layers.0.attn.talking.weight")].fill_(0.5);
  expect_attention_follows_its_graphs(settings, at::kDouble);
}

TEST(HeadGraphModel, TheFullGraphIsTheCausalMask) {
  const at::Tensor mask = attention_mask(small_settings(), at::kDouble);
  EXPECT_TRUE(at::equal(mask.eq(0), at::ones({12, 12}, at::kBool).tril()));
  EXPECT_TRUE(at::equal(mask.isinf(), at::ones({12, 12}, at::kBool).triu(1)));
}

TEST(HeadGraphModel, AWindowAsLongAsTheSequenceIsTheFullGraph) {
  trial::Settings settings = with_graph("window", "union");
  settings.diversity.graph_shared = true;
  settings.diversity.graph_window = 12;
  trial::Settings full = settings;
  full.diversity = {};
  EXPECT_TRUE(
      at::equal(pass(settings, initial_tensors(settings)).logits, pass(full, initial_tensors(full)).logits));
}

TEST(TalkingHeads, BeginAsThePlainModel) {
  trial::Settings talking = small_settings(1);
  talking.model.talking_heads = true;
  const Pass plain = pass(small_settings(1), initial_tensors(small_settings(1)));
  EXPECT_TRUE(at::equal(pass(talking, initial_tensors(talking)).logits, plain.logits));
}

TEST(TalkingHeads, MixTheLogitsBeforeTheSoftmax) {
  trial::Settings talking = small_settings(1);
  talking.model.layers = 1;
  talking.model.talking_heads = true;
  const Pass plain = pass(talking, initial_tensors(talking));
  auto tensors = initial_tensors(talking);
  const at::Tensor mixing = at::tensor({0.5, 2.0, -1.0, 0.25}, at::kDouble).view({2, 2});
  tensors[place(talking, "layers.0.attn.talking.weight")].copy_(mixing);
  const at::Tensor attention = pass(talking, tensors).layers[0].attention;
  // Up to a constant of each row, logits are the logarithms of their softmax.
  const at::Tensor logits = plain.layers[0].attention.log();
  for (std::int64_t head = 0; head < 2; ++head) {
    const at::Tensor mixed = logits.select(1, 0) * mixing[head][0] + logits.select(1, 1) * mixing[head][1];
    const at::Tensor expected =
        at::softmax(mixed.masked_fill(at::ones({12, 12}, at::kBool).triu(1), -INFINITY), -1);
    EXPECT_TRUE(at::allclose(attention.select(1, head), expected, 1e-10, 1e-12));
  }
}

TEST(TiedHeads, AreThePlainModelWithOneQueryAndKeyMapRepeated) {
  trial::Settings tied = small_settings(4);
  tied.model.heads = 4;
  trial::Settings plain = tied;
  tied.model.tied_heads = 0.75;
  const auto shared = initial_tensors(tied);
  auto repeated = initial_tensors(plain);
  for (std::size_t i = 0; i < shared.size(); ++i) {
    const at::Tensor& block = shared[i];
    const bool is_tied = block.size(0) != repeated[i].size(0);
    EXPECT_EQ(is_tied,
              trial::parameter_layout(tied.model)[i].name.find(".attn.W_q.") != std::string::npos ||
                  trial::parameter_layout(tied.model)[i].name.find(".attn.W_k.") != std::string::npos);
    if (is_tied) {
      const at::Tensor common = block.narrow(0, 0, 4);
      repeated[i].copy_(at::cat({common, common, common, block.narrow(0, 4, 4)}));
    } else {
      repeated[i].copy_(block);
    }
  }
  const Pass of_tied = pass(tied, shared);
  EXPECT_TRUE(at::allclose(of_tied.logits, pass(plain, repeated).logits, 1e-12, 1e-13));
  const at::Tensor attention = of_tied.layers[1].attention;
  EXPECT_TRUE(at::equal(attention.select(1, 0), attention.select(1, 2)));
  EXPECT_FALSE(at::allclose(attention.select(1, 0), attention.select(1, 3)));
}

TEST(WiderMlps, HaveOneHiddenUnitMoreInTheFirstLayers) {
  trial::Settings settings = small_settings();
  settings.model.wider_mlps = 1;
  const Model model(settings, initial_tensors(settings));
  EXPECT_EQ(model.weights().layers[0].mlp_in_weight.size(0), 25);
  EXPECT_EQ(model.weights().layers[1].mlp_in_weight.size(0), 24);
  EXPECT_TRUE(model.forward(some_tokens()).isfinite().all().item<bool>());
}

TEST(ModelShapes, TheTensorsAreAsManyAsThePlanCounts) {
  for (const trial::Settings& settings : {small_settings(), diverse_settings()}) {
    std::int64_t count = 0;
    for (const at::Tensor& tensor : initial_tensors(settings)) count += tensor.numel();
    EXPECT_EQ(count, trial::count_parameters(settings.model).total());
  }
}

}  // namespace
}  // namespace headsweep::trainer
