#include "worker/fused/rms_norm.h"

#include <cmath>

#include "tests/worker/fused/every_instruction_set.h"
#include "tests/worker/fused/sample_numbers.h"

namespace headsweep::fused {
namespace {

// The slow twin of one row: forward in double precision.
double reference(const AlignedFloats& x, const AlignedFloats& gain, std::size_t row, std::size_t width,
                 std::size_t column, double moved = 0, std::size_t moved_column = 0) {
  double squares = 0;
  const auto at = [&](std::size_t i) {
    return static_cast<double>(x[row * padded(width) + i]) + (i == moved_column ? moved : 0);
  };
  for (std::size_t i = 0; i < width; ++i) squares += at(i) * at(i);
  return static_cast<double>(gain[column]) * at(column) /
         std::sqrt(squares / static_cast<double>(width) + 0x1p-23);
}

TEST(RmsNorm, ForwardAndGradientsFollowTheFormula) {
  for_every_instruction_set([] {
    for (const std::size_t width : {1, 5, 16, 20, 64}) {
      constexpr std::size_t kRows = 3;
      const AlignedFloats x = sample_matrix(1, kRows, width);
      const AlignedFloats gain = sample_matrix(2, 1, width);
      const AlignedFloats d_y = sample_matrix(3, kRows, width);
      AlignedFloats y(x.size());
      AlignedFloats inverse_rms(kRows);
      AlignedFloats d_x = sample_matrix(4, kRows, width);
      const AlignedFloats before = sample_matrix(4, kRows, width);
      AlignedFloats d_gain(padded(width));
      rms_norm_forward(kRows, width, x.data(), gain.data(), y.data(), inverse_rms.data());
      rms_norm_backward(kRows, width, x.data(), gain.data(), inverse_rms.data(), d_y.data(), d_x.data(),
                        d_gain.data());
      std::vector<double> expected_d_gain(width);
      for (std::size_t row = 0; row < kRows; ++row) {
        for (std::size_t i = 0; i < width; ++i) {
          const std::size_t place = row * padded(width) + i;
          EXPECT_NEAR(static_cast<double>(y[place]), reference(x, gain, row, width, i), 1e-6);
          expected_d_gain[i] += static_cast<double>(d_y[place]) * reference(x, gain, row, width, i) /
                                static_cast<double>(gain[i]);
          // Central differences of the sum of d_y y.
          constexpr double kDelta = 1e-6;
          double slope = 0;
          for (std::size_t c = 0; c < width; ++c) {
            slope += static_cast<double>(d_y[row * padded(width) + c]) *
                     (reference(x, gain, row, width, c, kDelta, i) -
                      reference(x, gain, row, width, c, -kDelta, i)) /
                     (2 * kDelta);
          }
          EXPECT_NEAR(static_cast<double>(d_x[place]) - static_cast<double>(before[place]), slope, 4e-6)
              << "width " << width;
        }
      }
      for (std::size_t i = 0; i < width; ++i)
        EXPECT_NEAR(static_cast<double>(d_gain[i]), expected_d_gain[i], 2e-6);
    }
  });
}

}  // namespace
}  // namespace headsweep::fused
