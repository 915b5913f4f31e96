#include "random/counter_random.h"

#include <cmath>
#include <set>

#include <gtest/gtest.h>

namespace headsweep::random {
namespace {

// Known answers of Philox4x32-10 from Random123's tests/kat_vectors, in the layout of random_block():
// counter = {index low, index high, b, a}, key = {seed, purpose}.
TEST(RandomBlock, GivesTheKnownAnswersOfPhilox) {
  EXPECT_EQ(random_block(0, Purpose{0}, 0, 0, 0), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(random_block(0xffffffff, Purpose{0xffffffff}, 0xffffffff, 0xffffffff, 0xffffffffffffffff),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(random_block(0xa4093822, Purpose{0x299f31d0}, 0x03707344, 0x13198a2e, 0x85a308d3243f6a88),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(RandomBlock, DependsOnEveryArgument) {
  const std::set<Block> blocks = {
      random_block(1, Purpose::kTrainingTokens, 2, 3, 4),
      random_block(2, Purpose::kTrainingTokens, 2, 3, 4),
      random_block(1, Purpose::kHeldOutTokens, 2, 3, 4),
      random_block(1, Purpose::kTrainingTokens, 3, 3, 4),
      random_block(1, Purpose::kTrainingTokens, 2, 4, 4),
      random_block(1, Purpose::kTrainingTokens, 2, 3, 5),
      random_block(1, Purpose::kTrainingTokens, 2, 3, std::uint64_t{4} << 32),
  };
  EXPECT_EQ(blocks.size(), 7U);
}

TEST(UniformBelow, CoversItsRangeAndNothingElse) {
  EXPECT_EQ(uniform_below(0, 10), 0U);
  EXPECT_EQ(uniform_below(0xffffffff, 10), 9U);
  EXPECT_EQ(uniform_below(0xffffffff, 1), 0U);
  EXPECT_EQ(uniform_below(0x80000000, 10), 5U);
}

TEST(UniformOpen, NeverReachesItsEnds) {
  EXPECT_GT(uniform_open(0), 0.0);
  EXPECT_LT(uniform_open(0xffffffff), 1.0);
  EXPECT_TRUE(std::isfinite(std::log(uniform_open(0))));
}

// Known answers of 64-bit FNV-1a from the reference page of its authors.
TEST(NameHash, IsFnv1a) {
  EXPECT_EQ(name_hash(""), 0xcbf29ce484222325U);
  EXPECT_EQ(name_hash("a"), 0xaf63dc4c8601ec8cU);
  EXPECT_EQ(name_hash("foobar"), 0x85944171f73967e8U);
}

}  // namespace
}  // namespace headsweep::random
