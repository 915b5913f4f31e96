#include "worker/trainer/batches.h"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>

#include "tasks/epoch_order.h"
#include "tests/worker/trainer/small_trial.h"

namespace headsweep::trainer {
namespace {

trial::Settings settings_of(std::int64_t samples, std::int64_t batch) {
  trial::Settings settings = small_settings(2);
  settings.training.samples = samples;
  settings.training.batch = batch;
  return settings;
}

TEST(Batches, EpochsAreWalkedInTheirOrderWithoutTheLastPartialBatch) {
  Batches batches(settings_of(10, 4));  // two batches an epoch, two samples left out
  for (std::int64_t epoch = 0; epoch < 3; ++epoch) {
    std::vector<std::uint32_t> order(10);
    tasks::epoch_order(2, static_cast<std::uint32_t>(epoch), order);
    EXPECT_TRUE(std::ranges::equal(batches.samples_at(2 * epoch), std::span(order).subspan(0, 4)));
    EXPECT_TRUE(std::ranges::equal(batches.samples_at(2 * epoch + 1), std::span(order).subspan(4, 4)));
  }
}

TEST(Batches, AnyStepCanBeAskedForFirst) {
  Batches in_order(settings_of(10, 4));
  for (std::int64_t step = 0; step < 9; ++step) static_cast<void>(in_order.at(step));
  Batches at_once(settings_of(10, 4));
  EXPECT_EQ(at_once.at(9).tokens, in_order.at(9).tokens);
  EXPECT_EQ(in_order.samples_at(1), at_once.samples_at(1));
}

TEST(Batches, EqualSeedsSeeTheSameDataWhateverTheHeads) {
  Batches plain(small_settings(3));
  Batches diverse(diverse_settings(3));
  Batches other_seed(small_settings(4));
  for (std::int64_t step = 0; step < 20; ++step) {
    const Sequences batch = plain.at(step);
    EXPECT_EQ(batch.tokens, diverse.at(step).tokens);
    EXPECT_EQ(batch.targets, diverse.at(step).targets);
    EXPECT_NE(batch.tokens, other_seed.at(step).tokens);
  }
}

TEST(Batches, FreshSamplesAreNeverSeenTwice) {
  Batches batches(settings_of(0, 4));
  EXPECT_THAT(batches.samples_at(0), testing::ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(batches.samples_at(1'000'000),
              testing::ElementsAre(4'000'000, 4'000'001, 4'000'002, 4'000'003));
}

TEST(Batches, TokensAndTargetsAreThoseOfTheTask) {
  const trial::Settings settings = settings_of(0, 3);
  const Sequences batch = Batches(settings).at(7);
  ASSERT_EQ(batch.count, 3);
  ASSERT_EQ(batch.tokens.size(), 36U);
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t i = 1; i < 12; ++i) {  // cycle: y_i = x_{i-1}
      EXPECT_EQ(batch.targets[12 * row + i], batch.tokens[12 * row + i - 1]);
    }
  }
}

TEST(Batches, MeasuredSequencesAreTheFirstOfTheirSplit) {
  const trial::Settings settings = settings_of(10, 4);
  const Sequences train = measured_sequences(settings, tasks::Split::kTraining);
  EXPECT_EQ(train.tokens, generate_sequences(settings, tasks::Split::kTraining, {0, 1, 2, 3, 4, 5}).tokens);
  EXPECT_NE(train.tokens, measured_sequences(settings, tasks::Split::kHeldOut).tokens);
}

}  // namespace
}  // namespace headsweep::trainer
