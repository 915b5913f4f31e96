// 2^x of every instruction set against the C library's in double precision.

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/worker/fused/exponential_test.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "worker/fused/exponential-inl.h"

HWY_BEFORE_NAMESPACE();
namespace headsweep::fused::HWY_NAMESPACE {

// `count`: a multiple of the widest vector's lanes.
void exponentials(const float* from, std::size_t count, float* to) {
  const hn::ScalableTag<float> d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    hn::StoreU(exp2_fast(d, hn::LoadU(d, from + i)), d, to + i);
  }
}

}  // namespace headsweep::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <gtest/gtest.h>

#include "tests/worker/fused/every_instruction_set.h"

namespace headsweep::fused {
namespace {

HWY_EXPORT(exponentials);

std::vector<float> powers_of_two(const std::vector<float>& exponents) {
  std::vector<float> powers(exponents.size());
  HWY_DYNAMIC_DISPATCH(exponentials)(exponents.data(), exponents.size(), powers.data());
  return powers;
}

TEST(Exponential, IsThatOfTheLibraryTo2e7) {
  std::vector<float> exponents;
  for (int i = -64 * 512; i < 127 * 512; ++i) exponents.push_back(static_cast<float>(i) / 512);
  for_every_instruction_set([&] {
    const std::vector<float> powers = powers_of_two(exponents);
    double largest = 0;
    for (std::size_t i = 0; i < exponents.size(); ++i) {
      const double exact = std::exp2(static_cast<double>(exponents[i]));
      largest = std::max(largest, std::abs(static_cast<double>(powers[i]) / exact - 1));
    }
    EXPECT_LT(largest, 2e-7);
  });
}

TEST(Exponential, OfWholeNumbersIsExact) {
  std::vector<float> exponents;
  for (int i = -64; i < 0; ++i) exponents.push_back(static_cast<float>(i));
  for_every_instruction_set([&] {
    const std::vector<float> powers = powers_of_two(exponents);
    for (std::size_t i = 0; i < exponents.size(); ++i) EXPECT_EQ(powers[i], std::exp2(exponents[i]));
  });
}

TEST(Exponential, NeverFallsBelowItsFloorAndPassesNaNOn) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  std::vector<float> exponents(16, -kInfinity);
  exponents[1] = -64.5F;
  exponents[2] = -1e30F;
  exponents[3] = std::numeric_limits<float>::quiet_NaN();
  for_every_instruction_set([&] {
    const std::vector<float> powers = powers_of_two(exponents);
    for (const std::size_t i : {0, 1, 2, 15}) EXPECT_EQ(powers[i], std::exp2(-64.0F)) << i;
    EXPECT_TRUE(std::isnan(powers[3])) << powers[3];
  });
}

}  // namespace
}  // namespace headsweep::fused
#endif
