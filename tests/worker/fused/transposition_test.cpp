#include "worker/fused/transposition.h"

#include "tests/worker/fused/every_instruction_set.h"
#include "tests/worker/fused/sample_numbers.h"

namespace headsweep::fused {
namespace {

TEST(Transposition, MovesEveryElementAndScalesIt) {
  for_every_instruction_set([] {
    for (const auto& [rows, columns] :
         {std::pair<std::size_t, std::size_t>{1, 1}, {5, 7}, {16, 16}, {100, 64}, {33, 20}}) {
      const AlignedFloats in = sample_matrix(1, rows, columns, padded(rows));
      AlignedFloats out(padded(columns) * padded(rows));
      transpose(in.data(), padded(columns), rows, columns, 0.5F, out.data(), padded(rows));
      for (std::size_t row = 0; row < padded(rows); ++row) {
        for (std::size_t column = 0; column < columns; ++column) {
          ASSERT_EQ(out[column * padded(rows) + row], 0.5F * in[row * padded(columns) + column])
              << rows << " x " << columns << " at " << row << ", " << column;
        }
      }
    }
  });
}

}  // namespace
}  // namespace headsweep::fused
