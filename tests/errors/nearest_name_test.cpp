#include "errors/nearest_name.h"

#include <array>

#include <gtest/gtest.h>

namespace headsweep {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"heads", "head_width", "layers", "length"};

TEST(NearestName, CountsInsertionsDeletionsSubstitutionsAndSwaps) {
  EXPECT_EQ(nearest_name("head", kNames), "heads");
  EXPECT_EQ(nearest_name("headss", kNames), "heads");
  EXPECT_EQ(nearest_name("lebgth", kNames), "length");
  EXPECT_EQ(nearest_name("alyers", kNames), "layers");
}

TEST(NearestName, TakesTheFirstOfEquals) {
  constexpr std::array<std::string_view, 2> kEqual = {"ab", "ac"};
  EXPECT_EQ(nearest_name("ad", kEqual), "ab");
}

TEST(NearestName, IsEmptyWithoutCandidates) {
  EXPECT_EQ(nearest_name("x", {}), "");
}

TEST(DidYouMean, SuggestsOnlyWhatIsNear) {
  EXPECT_EQ(did_you_mean("head", kNames), "; did you mean 'heads'?");
  EXPECT_EQ(did_you_mean("vocabulary", kNames), "");
}

}  // namespace
}  // namespace headsweep
