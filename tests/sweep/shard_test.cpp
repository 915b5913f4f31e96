#include "sweep/shard.h"

#include <set>

#include <gtest/gtest.h>

#include "tests/sweep/complaint.h"

namespace headsweep::sweep {
namespace {

const std::string kSweep =
    "[sweep]\nname = \"s\"\nseeds = 40\n[axes]\n\"training.task\" = [\"copy\", \"cycle\"]\n";

TEST(Shard, TogetherTheyAreThePlanAndNoTrialIsInTwo) {
  const Plan whole = make_plan(parse(kSweep));
  std::set<std::int64_t> numbers;
  for (std::int64_t index = 1; index <= 3; ++index) {
    Plan part = whole;
    take_shard(part, {index, 3});
    EXPECT_GT(part.trials.size(), 10U);
    for (const PlannedTrial& trial : part.trials) {
      EXPECT_TRUE(numbers.insert(trial.number).second);
      EXPECT_EQ(trial.key, whole.trials[static_cast<std::size_t>(trial.number - 1)].key);
    }
  }
  EXPECT_EQ(numbers.size(), whole.trials.size());
}

TEST(Shard, FollowsFromTheKeyAlone) {
  const Plan small = make_plan(parse(kSweep));
  const Plan grown = make_plan(parse(kSweep, {"sweep.seeds=50"}));
  std::set<std::string> held;
  for (const PlannedTrial& trial : grown.trials) {
    if (Shard{2, 5}.holds(trial.key)) held.insert(trial.key);
  }
  for (const PlannedTrial& trial : small.trials) {
    EXPECT_EQ(Shard({2, 5}).holds(trial.key), held.contains(trial.key));
  }
}

TEST(Shard, IsWrittenAsPartOfAll) {
  EXPECT_EQ(parse_shard("2/4"), (Shard{2, 4}));
  EXPECT_EQ(to_text({2, 4}), "2/4");
  for (const char* text : {"", "2", "0/4", "5/4", "-1/4", "1/0", "a/b", "1/4 ", "1/99999"}) {
    EXPECT_EQ(parse_shard(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace headsweep::sweep
