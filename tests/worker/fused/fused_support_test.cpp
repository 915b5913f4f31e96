#include "worker/fused/fused_support.h"

#include <gmock/gmock.h>

namespace headsweep::fused {
namespace {

using testing::Eq;
using testing::HasSubstr;
using testing::Optional;

TEST(FusedSupport, IsThereForThePapersModelAndForLargeOnes) {
  trial::Settings settings;
  EXPECT_THAT(why_not_fused(settings), Eq(std::nullopt));
  settings.model.width = 1024;
  settings.model.length = 2048;
  settings.model.layers = 24;
  settings.model.mlp_width = 4096;
  settings.model.vocabulary = 50'000;
  EXPECT_THAT(why_not_fused(settings), Eq(std::nullopt));
}

// 32 bits number the blocks of eight decisions of a layer: of the attention rows length * ceil(length / 8) a sequence.
TEST(FusedSupport, EndsWhereDropoutDecisionsHaveNoNumberAnyMore) {
  trial::Settings settings;
  settings.model.width = 8;
  settings.model.length = 8192;            // 1024 blocks a query
  settings.training.batch = (1 << 9) - 1;  // one short of 2^9 * 2^13 * 2^10
  EXPECT_THAT(why_not_fused(settings), Eq(std::nullopt));
  settings.training.batch = 1 << 9;
  EXPECT_THAT(why_not_fused(settings), Optional(HasSubstr("too many dropout decisions")));
  settings.model.dropout = 0;
  EXPECT_THAT(why_not_fused(settings), Eq(std::nullopt));
}

TEST(FusedSupport, NamesWhatHasNoFusedGradient) {
  trial::Settings settings;
  settings.model.talking_heads = true;
  EXPECT_THAT(why_not_fused(settings), Optional(HasSubstr("talking heads")));
  settings = {};
  settings.diversity.penalty = "output";
  settings.diversity.penalty_weight = 0;  // nothing acts
  EXPECT_THAT(why_not_fused(settings), Eq(std::nullopt));
  settings.diversity.penalty_weight = 0.1;
  EXPECT_THAT(why_not_fused(settings), Optional(HasSubstr("penalties")));
}

}  // namespace
}  // namespace headsweep::fused
