#include "graphs/closed_forms.h"

#include <cmath>

#include <gtest/gtest.h>

#include "graphs/measure.h"

namespace headsweep::graphs {
namespace {

TEST(ClosedForms, AgreeWithMeasurements) {
  int compared = 0;
  for (const std::string_view name : family_names()) {
    for (const std::int64_t width : {1, 2, 3, 5, 100}) {
      for (const std::int64_t n : {2, 3, 4, 5, 6, 7, 12, 31, 64}) {
        FamilySpec spec;
        spec.family = family_of(name);
        spec.width = width;
        const auto values = measure_graph(family_graph(spec, n), {}).values;
        for (const ClosedForm& form : closed_forms(spec, n)) {
          const std::string what =
              std::string(name) + " " + std::string(metrics::metric_info(form.metric).name);
          SCOPED_TRACE(what + " n = " + std::to_string(n) + " width " + std::to_string(width));
          if (std::isinf(form.value)) {
            EXPECT_EQ(values[form.metric], form.value);
          } else {
            EXPECT_NEAR(values[form.metric], form.value, 1e-12 * std::max(1.0, form.value));
          }
          ++compared;
        }
      }
    }
  }
  EXPECT_GT(compared, 1000);
}

TEST(ClosedForms, LineHoldsForLongLines) {
  FamilySpec spec;
  spec.family = Family::kLine;
  const auto values = measure_graph(family_graph(spec, 2000), {}).values;
  for (const ClosedForm& form : closed_forms(spec, 2000)) {
    EXPECT_NEAR(values[form.metric], form.value, 1e-12 * std::max(1.0, form.value));
  }
}

TEST(ClosedForms, NoneForAPosition) {
  EXPECT_TRUE(closed_forms({}, 1).empty());
}

}  // namespace
}  // namespace headsweep::graphs
