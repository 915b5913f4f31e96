#include "trial/stacking.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/trial/random_settings.h"
#include "trial/parameters.h"

namespace headsweep::trial {
namespace {

bool have_equal_layouts(const ModelSettings& a, const ModelSettings& b) {
  const auto of_a = parameter_layout(a);
  const auto of_b = parameter_layout(b);
  return std::ranges::equal(of_a, of_b, [](const ParameterTensor& one, const ParameterTensor& other) {
    return one.name == other.name && one.kind == other.kind && one.rows == other.rows &&
           one.columns == other.columns && one.fan_in == other.fan_in && one.offset == other.offset;
  });
}

TEST(Stacking, HeadCountsOfEqualTotalWidthStack) {
  const Settings one;
  Settings other = one;
  other.model.heads = 8;
  other.model.dropout = 0;
  other.diversity.graph = "window";
  other.diversity.penalty = "js";
  other.training.task = "cycle";
  other.training.learning_rate = 0.1;
  other.seed = 5;
  EXPECT_TRUE(may_stack(one, other));
}

TEST(Stacking, ShapesBatchesAndSchedulesMustBeEqual) {
  const Settings one;
  using Change = void (*)(Settings&);
  const Change changes[] = {
      [](Settings& s) { s.model.mlp_width += 1; },   [](Settings& s) { s.model.wider_mlps = 1; },
      [](Settings& s) { s.model.head_width = 32; },  [](Settings& s) { s.model.talking_heads = true; },
      [](Settings& s) { s.training.batch += 1; },    [](Settings& s) { s.training.steps += 1; },
      [](Settings& s) { s.measure.sequences += 1; }, [](Settings& s) { s.measure.every = 100; },
      [](Settings& s) { s.measure.horizon += 1; },   [](Settings& s) { s.model.length += 1; },
      [](Settings& s) { s.model.vocabulary += 1; },  [](Settings& s) { s.model.layers += 1; },
  };
  for (const Change change : changes) {
    Settings other = one;
    change(other);
    EXPECT_FALSE(may_stack(one, other)) << "change " << &change - changes;
  }
}

// The layouts of two trials that differ in heads, ties and talking, and of one of them under small changes.
RC_GTEST_PROP(Stacking, StackedTrialsHaveEqualLayouts, (const Settings& one)) {
  Settings other = one;
  other.model.heads = *rc::gen::inRange<std::int64_t>(1, 9);
  other.model.tied_heads = *rc::gen::element(0.0, 0.5, 1.0);
  other.model.talking_heads = *rc::gen::element(one.model.talking_heads, false);
  if (!other.model.head_width) RC_PRE(other.model.width % other.model.heads == 0);
  RC_ASSERT(may_stack(one, other) == have_equal_layouts(one.model, other.model));
}

}  // namespace
}  // namespace headsweep::trial
