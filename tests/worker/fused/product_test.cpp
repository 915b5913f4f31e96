#include "worker/fused/product.h"

#include <cmath>
#include <vector>

#include "tests/worker/fused/every_instruction_set.h"
#include "tests/worker/fused/sample_numbers.h"

namespace headsweep::fused {
namespace {

// The slow twin: one element of the product, in double precision, and the sum of its terms' sizes.
struct Element {
  double value;
  double size;
};

Element reference(const Product& p, std::size_t row, std::size_t column, double before) {
  Element element{p.bias ? static_cast<double>(p.bias[column]) : 0.0, 1};
  for (std::size_t i = 0; i < p.depth; ++i) {
    const std::size_t left = p.left_is_transposed ? i * p.left_stride + row : row * p.left_stride + i;
    const std::size_t right = column / kPanel * p.right_panel_step + i * p.right_stride + column % kPanel;
    const double term = static_cast<double>(p.left[left]) * static_cast<double>(p.right[right]);
    element.value += term;
    element.size += std::abs(term);
  }
  if (p.add) element.value += before;
  if (p.relu) element.value = std::max(element.value, 0.0);
  if (p.gate && p.gate[row * p.out_stride + column] <= 0) element.value = 0;
  return element;
}

void expect_product(Product p, AlignedFloats& out) {
  const std::vector<float> before(out.data(), out.data() + out.size());
  multiply(p);
  for (std::size_t row = 0; row < p.rows; ++row) {
    for (std::size_t column = 0; column < p.columns; ++column) {
      const std::size_t place = row * p.out_stride + column;
      const Element expected = reference(p, row, column, static_cast<double>(before[place]));
      ASSERT_NEAR(static_cast<double>(out[place]), expected.value, 3e-7 * expected.size)
          << p.rows << " x " << p.columns << " x " << p.depth << " at " << row << ", " << column;
    }
  }
  for (std::size_t place = p.rows * p.out_stride; place < out.size(); ++place)
    ASSERT_EQ(out[place], before[place]);
}

struct Sizes {
  std::size_t rows;
  std::size_t columns;
  std::size_t depth;
};
constexpr Sizes kSizes[] = {{1, 16, 1}, {2, 32, 3},    {3, 48, 7},    {5, 64, 16},
                            {6, 80, 5}, {13, 112, 20}, {100, 192, 64}};

TEST(Product, OfRowsAndRowMajorColumns) {
  for_every_instruction_set([] {
    for (const auto& [rows, columns, depth] : kSizes) {
      const AlignedFloats left = sample_matrix(1, rows, depth);
      const AlignedFloats right = sample_matrix(2, depth, columns);
      AlignedFloats out = sample_matrix(3, rows + 1, columns);
      expect_product({.rows = rows,
                      .columns = columns,
                      .depth = depth,
                      .left = left.data(),
                      .left_stride = padded(depth),
                      .right = right.data(),
                      .right_stride = columns,
                      .out = out.data(),
                      .out_stride = columns},
                     out);
    }
  });
}

TEST(Product, OfTransposedRowsIsAdded) {
  for_every_instruction_set([] {
    for (const auto& [rows, columns, depth] : kSizes) {
      const AlignedFloats left = sample_matrix(1, depth, rows);
      const AlignedFloats right = sample_matrix(2, depth, columns);
      AlignedFloats out = sample_matrix(3, rows + 1, columns);
      expect_product({.rows = rows,
                      .columns = columns,
                      .depth = depth,
                      .left = left.data(),
                      .left_stride = padded(rows),
                      .left_is_transposed = true,
                      .right = right.data(),
                      .right_stride = columns,
                      .out = out.data(),
                      .out_stride = columns,
                      .add = true},
                     out);
    }
  });
}

TEST(Product, OfPackedPanelsWithBiasReluAndGate) {
  for_every_instruction_set([] {
    for (const auto& [rows, columns, depth] : kSizes) {
      const AlignedFloats left = sample_matrix(1, rows, depth);
      const std::size_t panels = (columns + kPanel - 1) / kPanel;
      const AlignedFloats right = sample_matrix(2, panels * depth, kPanel);
      const AlignedFloats bias = sample_matrix(4, 1, columns);
      const AlignedFloats gate = sample_matrix(5, rows, columns);
      AlignedFloats out = sample_matrix(3, rows + 1, columns);
      Product product{.rows = rows,
                      .columns = columns,
                      .depth = depth,
                      .left = left.data(),
                      .left_stride = padded(depth),
                      .right = right.data(),
                      .right_stride = kPanel,
                      .right_panel_step = depth * kPanel,
                      .out = out.data(),
                      .out_stride = columns,
                      .bias = bias.data(),
                      .relu = true};
      expect_product(product, out);
      product.relu = false;
      product.gate = gate.data();
      expect_product(product, out);
    }
  });
}

}  // namespace
}  // namespace headsweep::fused
