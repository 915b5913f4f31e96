#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sweep/complaint.h"
#include "trial/sha256.h"

namespace headsweep::sweep {
namespace {

using testing::HasSubstr;

const std::string kFile = R"(
[sweep]
name = "file"
seeds = 3
[model]
width = 32
heads = 2
[analysis]
primary = ["fidelity_min"]
baseline = { "model.heads" = 1 }
[axes]
"training.task" = ["copy", "cycle"]
"model.heads" = [1, 2]
)";

std::string difference(const std::vector<std::string>& overrides) {
  return describe_difference(canonical_sweep(parse(kFile)), parse(kFile, overrides));
}

// Golden: stores of earlier versions hold this text and its hash.
TEST(CanonicalSweep, StaysTheSameForEver) {
  EXPECT_EQ(canonical_sweep(parse(kFile)),
            R"({"analysis":{"baseline":{"model.heads":1},"primary":["fidelity_min"]},)"
            R"("axes":[{"setting":"training.task","values":["copy","cycle"]},)"
            R"({"setting":"model.heads","values":[1,2]}],"base":{"model.width":32},"seeds":3})");
  EXPECT_EQ(plan_hash(parse(kFile)), trial::sha256_hex(canonical_sweep(parse(kFile))));
}

TEST(CanonicalSweep, LeavesOutWhatDecidesNothing) {
  const std::vector<std::vector<std::string>> cases = {{"sweep.name=\"other\""},
                                                       {"resources.retries=9"},
                                                       {"training.steps=20000"},
                                                       {"sweep.seeds=[0, 1, 2]"},
                                                       {"analysis.split=\"heldout\""}};
  for (const auto& overrides : cases) {
    EXPECT_EQ(canonical_sweep(parse(kFile, overrides)), canonical_sweep(parse(kFile))) << overrides[0];
    EXPECT_EQ(difference(overrides), "") << overrides[0];
  }
  std::string other_base = kFile;
  other_base.replace(other_base.find("heads = 2"), 9, "heads = 8");
  EXPECT_EQ(plan_hash(parse(other_base)), plan_hash(parse(kFile))) << "an axis replaces model.heads";
}

const std::vector<std::string> kReplicated = {
    "sweep.seeds=8", "replicate={metric=\"fidelity_min\", half_width=0.1, max_seeds=40}"};

TEST(CanonicalSweep, HasTheWholeRuleOfMoreSeeds) {
  const std::string hash = plan_hash(parse(kFile, kReplicated));
  EXPECT_NE(hash, plan_hash(parse(kFile, {kReplicated[0]})));
  for (const char* const other : {"replicate.metric=\"fidelity_min_inner\"", "replicate.half_width=0.2",
                                  "replicate.max_seeds=41", "sweep.seeds=9"}) {
    EXPECT_NE(hash, plan_hash(parse(kFile, {kReplicated[0], kReplicated[1], other}))) << other;
  }
}

TEST(DescribeChangeOfTests, LeavesOutWhatDoesNotChangeTheTests) {
  const auto change = [](const std::vector<std::string>& overrides) {
    return describe_change_of_tests(canonical_sweep(parse(kFile)), parse(kFile, overrides));
  };
  EXPECT_EQ(change({"sweep.seeds=5", "axes.\"model.heads\"=[1, 2, 4]", "model.width=64"}), "");
  EXPECT_EQ(change({"analysis.layers=0", "model.width=64"}), "analysis.layers: (not given) -> \"0\"");
  EXPECT_EQ(change(kReplicated),
            "replicate.half_width: (not given) -> 0.1; replicate.max_seeds: (not given) -> 40; "
            "replicate.metric: (not given) -> \"fidelity_min\"; seeds: 3 -> 8");
}

TEST(DescribeDifference, NamesEveryDifference) {
  EXPECT_EQ(difference({}), "");
  EXPECT_EQ(difference({"sweep.seeds=5"}), "seeds: 3 -> 5");
  EXPECT_EQ(difference({"sweep.seeds=5", "axes.\"model.heads\"=[1, 2, 4]"}),
            "axes.model.heads: [1, 2] -> [1, 2, 4]; seeds: 3 -> 5");
  EXPECT_EQ(difference({"model.width=64"}), "model.width: 32 -> 64");
  EXPECT_EQ(difference({"training.learning_rate=0.1"}), "training.learning_rate: 0.001 -> 0.1");
  EXPECT_EQ(difference({"axes.\"model.dropout\"=[0]"}), "axes.model.dropout: (not given) -> [0.0]");
  EXPECT_EQ(difference({"analysis.layers=0"}), "analysis.layers: (not given) -> \"0\"");
  EXPECT_EQ(difference({"analysis.baseline={}"}), "analysis.baseline: {\"model.heads\":1} -> (not given)");
  EXPECT_EQ(difference({"axes={model.heads=[1, 2], training.task=[\"copy\", \"cycle\"]}"}),
            "order of axes: training.task, model.heads -> model.heads, training.task");
}

TEST(DescribeDifference, SaysNothingOfABaseValueThatAnAxisReplaces) {
  EXPECT_EQ(difference({"axes={training.task=[\"copy\", \"cycle\"]}", "analysis.baseline={}"}),
            "analysis.baseline: {\"model.heads\":1} -> (not given); axes.model.heads: [1, 2] -> (not given)");
}

TEST(DescribeDifference, CutsLongLists) {
  std::string seeds = "sweep.seeds=[9";
  for (int seed = 100; seed < 400; ++seed) seeds += ", " + std::to_string(seed);
  const std::string text = difference({seeds + "]"});
  EXPECT_THAT(text, HasSubstr("seeds: 3 -> [9, 100, 101"));
  EXPECT_LT(text.size(), 200U);
}

TEST(DescribeDifference, RefusesAFrozenSweepThatNobodyWrote) {
  for (const char* const frozen : {"", "{", "[]", "{}", "{\"axes\":1}", "null"}) {
    EXPECT_THAT(complaint_of([&] { describe_difference(frozen, parse(kFile)); }), HasSubstr("frozen sweep"));
  }
}

}  // namespace
}  // namespace headsweep::sweep
