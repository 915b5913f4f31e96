// Which shapes and options tasks take, and what they say of others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tasks/whole_space.h"

namespace headsweep::tasks {
namespace {

std::string problem(std::string_view task, const TaskShape& shape) {
  return find_task(task)->check(shape).value_or("");
}

TEST(Shapes, OfTheSweepsFitEveryTask) {
  for (const TaskShape& shape : {TaskShape{16, 16}, TaskShape{100, 256}, TaskShape{4096, 65536}}) {
    for (const Task* const task : all_tasks()) {
      EXPECT_EQ(task->check(shape), std::nullopt) << task->name() << " at length " << shape.length;
      const Sample sample = draw_sample(*task, shape, 1, Split::kHeldOut, 2);
      EXPECT_THAT(sample.targets, testing::Contains(testing::Ge(0))) << task->name();
      EXPECT_THAT(sample.tokens, testing::Each(testing::Ge(0))) << task->name();
    }
  }
}

// Every shape is either refused or works: ids in range, ceiling not below the guesses.
TEST(Shapes, AreRefusedOrWork) {
  int accepted = 0;
  for (std::int64_t length = 1; length <= 20; ++length) {
    for (std::int64_t vocabulary = 1; vocabulary <= 20; ++vocabulary) {
      for (const Task* const task : all_tasks()) {
        const TaskShape shape = {length, vocabulary};
        if (task->check(shape)) continue;
        ++accepted;
        const Sample sample = draw_sample(*task, shape, 1, Split::kHeldOut, 3);
        const auto in_vocabulary = testing::AllOf(testing::Ge(0), testing::Lt(vocabulary));
        EXPECT_THAT(sample.tokens, testing::Each(in_vocabulary)) << task->name();
        EXPECT_THAT(sample.targets, testing::Each(testing::AnyOf(kNoLoss, in_vocabulary))) << task->name();
        EXPECT_THAT(sample.targets, testing::Contains(testing::Ge(0))) << task->name();
        EXPECT_LE(task->no_attention_accuracy(shape), task->ceiling_accuracy(shape)) << task->name();
        EXPECT_LE(task->context_guess_accuracy(shape), task->ceiling_accuracy(shape)) << task->name();
        EXPECT_GT(task->context_guess_accuracy(shape), 0) << task->name();
      }
    }
  }
  EXPECT_GT(accepted, 2500);
}

TEST(Shapes, ProblemsNameWhatIsAllowed) {
  EXPECT_EQ(problem("shift", {8, 8, 8}), "needs shift from 0 to length - 1, not 8");
  EXPECT_EQ(problem("cycle", {8, 8, -1}), "needs shift from 0 to length - 1, not -1");
  EXPECT_EQ(problem("left_shift", {8, 8, 4}), "needs shift from 0 to length / 2 - 1 = 3, not 4");
  EXPECT_EQ(
      problem("copy", {2, 2}),
      "has only 4 different payloads and needs 64 to hold some out; raise the length or the vocabulary");
  EXPECT_EQ(problem("sort", {40, 20}), "needs vocabulary >= length / 2 + 1 = 21: the tokens to sort differ");
  EXPECT_EQ(problem("induction", {.length = 9, .vocabulary = 30, .queries = 5}),
            "needs queries from 1 to (length - 1) / 2 = 4 (0: as many), not 5");
  EXPECT_EQ(problem("induction", {100, 50}), "needs vocabulary >= 51: the tokens of its stream differ");
  EXPECT_EQ(problem("associative_recall", {.length = 10, .vocabulary = 30, .pairs = 4, .queries = 3}),
            "needs 2 pairs + queries <= length, at least one of each (pairs = 4, queries = 3)");
  EXPECT_EQ(problem("associative_recall", {.length = 30, .vocabulary = 12, .pairs = 6}),
            "needs vocabulary >= 13 for 6 pairs: their keys differ");
  EXPECT_EQ(problem("selective_copy", {.length = 10, .vocabulary = 12, .queries = 6}),
            "needs queries from 1 to length / 2 = 5 (0: length / 4), not 6");
}

TEST(Options, ThatATaskDoesNotUseChangeNothing) {
  constexpr TaskShape kPlain = {16, 16};
  constexpr TaskShape kChanged[] = {{.length = 16, .vocabulary = 16, .shift = 2},
                                    {.length = 16, .vocabulary = 16, .pairs = 3},
                                    {.length = 16, .vocabulary = 16, .queries = 2}};
  for (const Task* const task : all_tasks()) {
    for (const Option option : {Option::kShift, Option::kPairs, Option::kQueries}) {
      const TaskShape& changed = kChanged[static_cast<std::size_t>(option)];
      ASSERT_EQ(task->check(changed), std::nullopt) << task->name();
      const bool same = draw_sample(*task, kPlain, 1, Split::kTraining, 4) ==
                        draw_sample(*task, changed, 1, Split::kTraining, 4);
      EXPECT_NE(same, task->uses(option)) << task->name();
    }
  }
}

TEST(InPlaceVersions, AreRefusedWithTheReason) {
  for (const Task* const task : all_tasks()) {
    const std::string in_place = std::string(task->name()) + "_in_place";
    EXPECT_EQ(find_task(in_place), nullptr);
    EXPECT_EQ(why_refused(in_place).has_value(), task->meaning().starts_with("x SEP y")) << task->name();
    EXPECT_EQ(why_refused(task->name()), std::nullopt);
  }
  EXPECT_EQ(
      why_refused("reverse_in_place"),
      "a causal model cannot do it: the target of position 0 is the last token; use \"reverse\", which has "
      "the form x SEP y");
  EXPECT_EQ(why_refused("anything_in_place"), std::nullopt);
}

}  // namespace
}  // namespace headsweep::tasks
