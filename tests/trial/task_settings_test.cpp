// Settings that belong to the task.
#include <gtest/gtest.h>

#include "trial/key.h"
#include "trial/settings.h"
#include "trial/task_shape.h"

namespace headsweep::trial {
namespace {

Settings task_settings(std::string task) {
  Settings settings;
  settings.training.task = std::move(task);
  return settings;
}

TEST(TaskShape, HoldsEverySettingThatTheTaskReads) {
  Settings settings = task_settings("associative_recall");
  settings.model.length = 30;
  settings.model.vocabulary = 40;
  settings.training.shift = 5;
  settings.training.pairs = 6;
  settings.training.queries = 7;
  const tasks::TaskShape shape = task_shape(settings);
  EXPECT_EQ(shape.length, 30);
  EXPECT_EQ(shape.vocabulary, 40);
  EXPECT_EQ(shape.shift, 5);
  EXPECT_EQ(shape.pairs, 6);
  EXPECT_EQ(shape.queries, 7);
}

TEST(TaskSettings, DefaultsAreThoseOfTheTasks) {
  const tasks::TaskShape shape = task_shape(Settings{});
  const tasks::TaskShape plain = {.length = 100, .vocabulary = 256};
  EXPECT_EQ(shape.shift, plain.shift);
  EXPECT_EQ(shape.pairs, plain.pairs);
  EXPECT_EQ(shape.queries, plain.queries);
}

TEST(TaskSettings, ArePartOfTheKeyUnlessTheyAreDefaults) {
  Settings settings = task_settings("cycle");
  EXPECT_EQ(canonical_json(settings), R"({"seed":0,"training.task":"cycle"})");
  settings.training.shift = 2;
  EXPECT_EQ(canonical_json(settings), R"({"seed":0,"training.shift":2,"training.task":"cycle"})");
  EXPECT_EQ(parse_canonical_json(canonical_json(settings)), settings);
}

TEST(TaskSettings, ThatDoNotFitAreNamedWithTheirValues) {
  Settings settings = task_settings("left_shift");
  settings.training.shift = 50;
  EXPECT_EQ(
      check_together(settings),
      "training.task = \"left_shift\" needs shift from 0 to length / 2 - 1 = 49, not 50 (model.length = 100, "
      "model.vocabulary = 256, training.shift = 50)");
}

TEST(TaskSettings, ThatTheTaskDoesNotUseAreNotChecked) {
  Settings settings = task_settings("copy");
  settings.training.shift = 4095;
  settings.training.pairs = 2048;
  EXPECT_EQ(check_together(settings), std::nullopt);
}

TEST(TaskSettings, TasksInPlaceAreRefusedWithTheReason) {
  Value value = std::string("sort_in_place");
  EXPECT_EQ(
      check_value(*find_setting("training.task"), value),
      "must not be \"sort_in_place\": a causal model cannot do it: the target of position 0 is the smallest "
      "token, wherever it comes; use \"sort\", which has the form x SEP y");
}

}  // namespace
}  // namespace headsweep::trial
