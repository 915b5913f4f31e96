#include "tasks/task.h"

#include <map>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace headsweep::tasks {
namespace {

struct Sample {
  std::vector<std::int32_t> tokens;
  std::vector<std::int32_t> targets;
  bool operator==(const Sample&) const = default;
};

Sample generate(std::string_view task, TaskShape shape, std::uint32_t seed, Split split,
                std::uint64_t number) {
  const auto size = static_cast<std::size_t>(shape.length);
  Sample sample{std::vector<std::int32_t>(size, -7), std::vector<std::int32_t>(size, -7)};
  find_task(task)->generate(shape, seed, split, number, sample.tokens, sample.targets);
  return sample;
}

TEST(Registry, FindsTasksByName) {
  ASSERT_EQ(all_tasks().size(), 13U);
  for (const Task* const task : all_tasks()) EXPECT_EQ(find_task(task->name()), task);
  EXPECT_EQ(find_task("copie"), nullptr);
}

TEST(Copy, RepeatsEveryToken) {
  for (std::uint64_t number = 0; number < 100; ++number) {
    const Sample sample = generate("copy", {13, 5}, 4, Split::kTraining, number);
    EXPECT_EQ(sample.targets, sample.tokens);
  }
}

TEST(Cycle, ShiftsByOneAndWrapsAround) {
  for (const std::int64_t length : {2, 3, 16, 100}) {
    const Sample sample = generate("cycle", {length, 50}, 4, Split::kHeldOut, 9);
    const auto n = static_cast<std::size_t>(length);
    for (std::size_t i = 0; i < n; ++i) EXPECT_EQ(sample.targets[i], sample.tokens[(i + n - 1) % n]);
  }
}

TEST(EveryTask, KeepsTokensAndTargetsInTheVocabulary) {
  constexpr TaskShape kShape = {17, 15};
  for (const Task* const task : all_tasks()) {
    ASSERT_EQ(task->check(kShape), std::nullopt) << task->name();
    int losses = 0;
    for (std::uint64_t number = 0; number < 50; ++number) {
      const Sample sample = generate(task->name(), kShape, 1, Split::kTraining, number);
      for (const std::int32_t token : sample.tokens) EXPECT_TRUE(token >= 0 && token < 15) << task->name();
      for (const std::int32_t target : sample.targets) {
        EXPECT_TRUE(target == kNoLoss || (target >= 0 && target < 15)) << task->name();
        losses += target == kNoLoss ? 0 : 1;
      }
    }
    EXPECT_GE(losses, 50) << task->name();
  }
}

// FNV-1a of tokens and targets, as the first version drew them: results of every store rest on them.
TEST(EveryTask, DrawsWhatItHasAlwaysDrawn) {
  const std::map<std::string_view, std::uint64_t> expected = {
      {"copy", 0xf90d93bd8477bd65},           {"shift", 0x710a131cd70b1293},
      {"cycle", 0x7609ad77600fceed},          {"prefix_parity", 0x4464d9c859bd67de},
      {"induction", 0x17be2f57d00c0dfd},      {"associative_recall", 0xd0018418b8cc1598},
      {"selective_copy", 0x047a5ec1d84524bb}, {"reverse", 0x6974c9fa593777db},
      {"sort", 0x252174692f2fe094},           {"duplicate", 0xb9740c9440c99792},
      {"left_shift", 0x8eee2e5ab1311089},     {"cyclic_shift", 0x6439ae0df005c481},
      {"bracketed_copy", 0x2c1d53cb35906699}};
  for (const Task* const task : all_tasks()) {
    std::uint64_t hash = 0xcbf29ce484222325;
    const auto add = [&](const std::vector<std::int32_t>& ids) {
      for (const std::int32_t id : ids) hash = (hash ^ static_cast<std::uint32_t>(id)) * 0x100000001b3;
    };
    for (const TaskShape& shape :
         {TaskShape{16, 16}, TaskShape{17, 15}, TaskShape{33, 34}, TaskShape{100, 256}}) {
      for (const Split split : {Split::kTraining, Split::kHeldOut}) {
        for (std::uint64_t number = 0; number < 20; ++number) {
          const Sample sample = generate(task->name(), shape, 7, split, number);
          add(sample.tokens);
          add(sample.targets);
        }
      }
    }
    EXPECT_EQ(hash, expected.at(task->name())) << task->name();
  }
}

TEST(CopyAndCycle, UseTheWholeVocabulary) {
  for (const std::string_view task : {"copy", "cycle"}) {
    std::set<std::int32_t> seen;
    for (std::uint64_t number = 0; number < 50; ++number) {
      const Sample sample = generate(task, {11, 3}, 1, Split::kTraining, number);
      seen.insert(sample.tokens.begin(), sample.tokens.end());
      seen.insert(sample.targets.begin(), sample.targets.end());
    }
    EXPECT_EQ(seen, (std::set<std::int32_t>{0, 1, 2})) << task;
  }
}

TEST(EveryTask, FollowsFromSeedSplitAndSample) {
  constexpr TaskShape kShape = {32, 256};
  for (const Task* const task : all_tasks()) {
    const Sample sample = generate(task->name(), kShape, 1, Split::kTraining, 5);
    EXPECT_EQ(generate(task->name(), kShape, 1, Split::kTraining, 5), sample);
    EXPECT_NE(generate(task->name(), kShape, 2, Split::kTraining, 5), sample);
    EXPECT_NE(generate(task->name(), kShape, 1, Split::kHeldOut, 5), sample);
    EXPECT_NE(generate(task->name(), kShape, 1, Split::kTraining, 6), sample);
  }
}

TEST(CopyAndCycle, AreTrainedOnEqualTokens) {
  constexpr TaskShape kShape = {32, 256};
  EXPECT_EQ(generate("copy", kShape, 3, Split::kTraining, 77).tokens,
            generate("cycle", kShape, 3, Split::kTraining, 77).tokens);
}

TEST(Samples, DoNotRepeatBlocksOfEachOther) {
  // The largest shape and far sample numbers: blocks of one sample must not run into those of the next.
  constexpr TaskShape kShape = {4096, 65536};
  const Sample first = generate("copy", kShape, 0, Split::kTraining, (std::uint64_t{1} << 47) - 1);
  const Sample second = generate("copy", kShape, 0, Split::kTraining, std::uint64_t{1} << 47);
  std::set<std::vector<std::int32_t>> blocks;
  for (const Sample* const sample : {&first, &second}) {
    for (auto at = sample->tokens.begin(); at != sample->tokens.end(); at += 4) blocks.insert({at, at + 4});
  }
  EXPECT_EQ(blocks.size(), 2048U);
}

TEST(Ceiling, IsWhatTheFormulaOfTheTaskSays) {
  EXPECT_DOUBLE_EQ(find_task("copy")->ceiling_accuracy({100, 256}), 1.0);
  EXPECT_DOUBLE_EQ(find_task("cycle")->ceiling_accuracy({100, 256}), 0.99 + 0.01 / 256);
  EXPECT_DOUBLE_EQ(find_task("cycle")->ceiling_accuracy({16, 16}), 15.0 / 16 + 1.0 / 256);
}

TEST(Chance, IsAGuessAmongAllIds) {
  for (const Task* const task : all_tasks()) EXPECT_DOUBLE_EQ(task->chance_accuracy({100, 256}), 1.0 / 256);
}

// A model that reads the needed key reaches the ceiling: measured on samples, a guess of id 0 where there is no key.
TEST(NeededKey, LiesInThePastAndHoldsTheTarget) {
  constexpr TaskShape kShape = {8, 4};
  for (const Task* const task : {find_task("copy"), find_task("cycle")}) {
    double right = 0;
    constexpr int kSamples = 4000;
    for (std::uint64_t number = 0; number < kSamples; ++number) {
      const Sample sample = generate(task->name(), kShape, 1, Split::kTraining, number);
      for (std::int64_t i = 0; i < kShape.length; ++i) {
        const auto key = task->needed_key(kShape, i);
        ASSERT_TRUE(!key || (*key >= 0 && *key <= i));
        const std::int32_t guess = key ? sample.tokens[static_cast<std::size_t>(*key)] : 0;
        right += guess == sample.targets[static_cast<std::size_t>(i)] ? 1 : 0;
      }
    }
    // Four standard errors of the guessed positions.
    EXPECT_NEAR(right / (kSamples * 8.0), task->ceiling_accuracy(kShape), 4 * 0.433 / 63 / 8) << task->name();
  }
}

TEST(Shapes, TooSmallOnesAreRefused) {
  EXPECT_FALSE(find_task("cycle")->check({6, 2}));
  EXPECT_TRUE(find_task("cycle")->check({1, 2}));
  EXPECT_TRUE(find_task("cycle")->check({6, 1}));
  EXPECT_FALSE(find_task("copy")->check({1, 64}));
  EXPECT_TRUE(find_task("copy")->check({1, 1}));
}

}  // namespace
}  // namespace headsweep::tasks
