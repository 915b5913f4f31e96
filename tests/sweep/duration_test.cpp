#include "sweep/duration.h"

#include <gtest/gtest.h>

namespace headsweep::sweep {
namespace {

TEST(Duration, ReadsEveryUnit) {
  EXPECT_EQ(parse_duration("1s"), 1.0);
  EXPECT_EQ(parse_duration("2m"), 120.0);
  EXPECT_EQ(parse_duration("2h"), 7200.0);
  EXPECT_EQ(parse_duration("3d"), 259200.0);
  EXPECT_EQ(parse_duration("1.5h"), 5400.0);
  EXPECT_EQ(parse_duration("0s"), 0.0);
}

TEST(Duration, RefusesEverythingElse) {
  for (const char* const text : {"", "s", "1", "1x", "-1s", "+1s", "1 s", " 1s", "1s ", "1e3s", "1.2.3s",
                                 ".s", "1m30s", "0x1s", "infs", "nans", "1S"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

}  // namespace
}  // namespace headsweep::sweep
