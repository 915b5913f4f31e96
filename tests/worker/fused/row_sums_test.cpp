#include "worker/fused/row_sums.h"

#include <vector>

#include "tests/worker/fused/every_instruction_set.h"
#include "tests/worker/fused/sample_numbers.h"

namespace headsweep::fused {
namespace {

TEST(RowSums, AddUpColumns) {
  for_every_instruction_set([] {
    for (const std::size_t rows : {1, 4, 7}) {
      const AlignedFloats matrix = sample_matrix(1, rows, 20);
      AlignedFloats sums = sample_matrix(2, 1, 20);
      add_row_sums(rows, 20, matrix.data(), sums.data());
      for (std::size_t i = 0; i < 20; ++i) {
        auto expected = static_cast<double>(sample(2, i));
        for (std::size_t row = 0; row < rows; ++row)
          expected += static_cast<double>(matrix[row * padded(20) + i]);
        EXPECT_NEAR(static_cast<double>(sums[i]), expected, 1e-6);
      }
    }
  });
}

TEST(RowSums, AddRowsAddsElements) {
  for_every_instruction_set([] {
    const AlignedFloats a = sample_matrix(1, 3, 20);
    const AlignedFloats b = sample_matrix(2, 3, 20);
    AlignedFloats sum(a.size());
    add_rows(3, 20, a.data(), b.data(), sum.data());
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(sum[i], a[i] + b[i]);
  });
}

TEST(DroppedElements, FollowTheirBitsFromAnyBitOn) {
  for_every_instruction_set([] {
    for (const std::size_t width : {5, 16, 24}) {
      for (const std::size_t first_bit : {0, 3}) {
        constexpr std::size_t kRows = 6;
        std::vector<std::uint8_t> bits(64);
        for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = static_cast<std::uint8_t>(37 * i + 11);
        const AlignedFloats in = sample_matrix(1, kRows, width);
        AlignedFloats dropped(in.size());
        AlignedFloats added = sample_matrix(2, kRows, width);
        const AlignedFloats before = sample_matrix(2, kRows, width);
        drop_elements(kRows, width, {bits.data(), first_bit}, 1.25F, in.data(), dropped.data());
        add_dropped_elements(kRows, width, {bits.data(), first_bit}, 1.25F, in.data(), added.data());
        for (std::size_t i = 0; i < in.size(); ++i) {
          const std::size_t bit = first_bit + i / padded(width) * width + i % padded(width);
          const float expected = (bits[bit / 8] >> bit % 8 & 1) != 0 ? 1.25F * in[i] : 0;
          EXPECT_EQ(dropped[i], expected) << "width " << width << " element " << i;
          EXPECT_EQ(added[i], before[i] + expected);
        }
      }
    }
  });
}

}  // namespace
}  // namespace headsweep::fused
