#include "worker/fused/adam.h"

#include <cmath>

#include "tests/worker/fused/every_instruction_set.h"
#include "tests/worker/fused/sample_numbers.h"

namespace headsweep::fused {
namespace {

constexpr std::size_t kCount = 37;

struct State {
  AlignedFloats parameters = sample_matrix(1, 1, kCount);
  AlignedFloats gradients = AlignedFloats(padded(kCount));
  AlignedFloats first = AlignedFloats(padded(kCount));
  AlignedFloats second = AlignedFloats(padded(kCount));

  [[nodiscard]] AdamBuffers from(std::size_t i) {
    return {parameters.data() + i, gradients.data() + i, first.data() + i, second.data() + i};
  }
};

TEST(FusedAdam, FollowsItsFormulaOnTheSumOfTheParts) {
  for_every_instruction_set([] {
    State state;
    std::vector<double> p(kCount);
    std::vector<double> m(kCount);
    std::vector<double> v(kCount);
    for (std::size_t i = 0; i < kCount; ++i) p[i] = static_cast<double>(sample(1, i));
    for (std::int64_t t = 1; t <= 10; ++t) {
      const AlignedFloats part1 = sample_matrix(static_cast<std::uint32_t>(10 + t), 1, kCount + 3);
      const AlignedFloats part2 = sample_matrix(static_cast<std::uint32_t>(30 + t), 1, kCount + 3);
      const float* const parts[] = {part1.data(), part2.data()};
      reduce_and_update(parts, 3, kCount, adam_step(0.01, t), state.from(0));
      for (std::size_t i = 0; i < kCount; ++i) {
        const double g = static_cast<double>(part1[i + 3]) + static_cast<double>(part2[i + 3]);
        m[i] = 0.9 * m[i] + 0.1 * g;
        v[i] = 0.999 * v[i] + 0.001 * g * g;
        const auto update = static_cast<double>(t);
        p[i] -= 0.01 * m[i] / (1 - std::pow(0.9, update)) /
                (std::sqrt(v[i] / (1 - std::pow(0.999, update))) + 1e-8);
        EXPECT_NEAR(static_cast<double>(state.gradients[i]), g, 1e-6);
        EXPECT_NEAR(static_cast<double>(state.parameters[i]), p[i], 1e-6);
      }
    }
  });
}

TEST(FusedAdam, DoesNotDependOnWhereABufferIsCut) {
  for_every_instruction_set([] {
    State whole;
    State cut;
    const AlignedFloats part = sample_matrix(5, 1, kCount);
    const float* const parts[] = {part.data()};
    for (std::int64_t t = 1; t <= 3; ++t) {
      reduce_and_update(parts, 0, kCount, adam_step(0.01, t), whole.from(0));
      reduce_and_update(parts, 0, 19, adam_step(0.01, t), cut.from(0));
      reduce_and_update(parts, 19, kCount - 19, adam_step(0.01, t), cut.from(19));
    }
    for (std::size_t i = 0; i < kCount; ++i) {
      EXPECT_EQ(whole.parameters[i], cut.parameters[i]);
      EXPECT_EQ(whole.second[i], cut.second[i]);
    }
  });
}

}  // namespace
}  // namespace headsweep::fused
