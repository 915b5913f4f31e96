#include "errors/check.h"

#include <gtest/gtest.h>

namespace headsweep {
namespace {

TEST(Check, PassesWhatHolds) {
  check(true, "never printed");
}

TEST(CheckDeathTest, EndsTheProcessWithTheMessageAndThePlace) {
  EXPECT_DEATH(check(false, "two is three"), "internal error: two is three .*check_test.cpp:[0-9]+");
}

}  // namespace
}  // namespace headsweep
