// Packed weights against the flat ones, element by element.

#include "worker/fused/model_layout.h"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "trial/parameters.h"
#include "worker/fused/aligned_floats.h"
#include "worker/fused/product.h"

namespace headsweep::fused {
namespace {

// No width is a multiple of kPad, and the MLP is wider than a panel.
trial::ModelSettings model() {
  trial::ModelSettings model;
  model.vocabulary = 13;
  model.length = 9;
  model.width = 20;
  model.heads = 3;
  model.head_width = 7;
  model.layers = 2;
  model.mlp_width = 75;
  return model;
}

// Every parameter its own number, none zero.
std::vector<float> numbered_parameters() {
  std::vector<float> flat(static_cast<std::size_t>(trial::count_parameters(model()).total()));
  std::iota(flat.begin(), flat.end(), 1.0F);
  return flat;
}

std::size_t count_nonzero(const AlignedFloats& floats) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < floats.size(); ++i) count += floats[i] != 0 ? 1 : 0;
  return count;
}

void expect_packed(const LinearLayout& map, const std::vector<float>& flat) {
  AlignedFloats packed(ModelLayout(model()).packed_size);
  pack(map, flat.data(), packed.data());
  std::size_t weights = 0;
  std::size_t biases = 0;
  for (const LinearLayout::Part& part : map.parts) {
    for (std::size_t r = 0; r < part.rows; ++r) {
      const std::size_t row = part.first_row + r;
      ASSERT_EQ(packed[map.bias + row], flat[part.flat_bias + r]);
      ++biases;
      for (std::size_t column = 0; column < map.in; ++column) {
        const float weight = flat[part.flat_weight + r * map.in + column];
        ASSERT_EQ(packed[map.panels + column / kPanel * map.out * kPanel + row * kPanel + column % kPanel],
                  weight);
        ASSERT_EQ(packed[map.transposed_panels + row / kPanel * padded(map.in) * kPanel + column * kPanel +
                         row % kPanel],
                  weight);
        ++weights;
      }
    }
  }
  EXPECT_EQ(count_nonzero(packed), 2 * weights + biases);  // the padding stays zero
}

TEST(ModelLayout, PacksEveryMapIntoBothItsPanels) {
  const ModelLayout layout(model());
  const std::vector<float> flat = numbered_parameters();
  for (const LinearLayout* const map : layout.linear_maps()) expect_packed(*map, flat);
}

TEST(ModelLayout, PacksRowsOneBelowTheOther) {
  const ModelLayout layout(model());
  const std::vector<float> flat = numbered_parameters();
  for (const RowsLayout* const rows : layout.plain_rows()) {
    AlignedFloats packed(layout.packed_size);
    pack(*rows, flat.data(), packed.data());
    for (std::size_t row = 0; row < rows->rows; ++row) {
      for (std::size_t column = 0; column < rows->columns; ++column) {
        ASSERT_EQ(packed[rows->packed + row * padded(rows->columns) + column],
                  flat[rows->flat + row * rows->columns + column]);
      }
    }
    EXPECT_EQ(count_nonzero(packed), rows->rows * rows->columns);
  }
}

TEST(ModelLayout, NoTwoMapsShareAPlaceAndNothingIsLeftOut) {
  const ModelLayout layout(model());
  const std::vector<float> flat = numbered_parameters();
  AlignedFloats packed(layout.packed_size);
  for (const LinearLayout* const map : layout.linear_maps()) pack(*map, flat.data(), packed.data());
  for (const RowsLayout* const rows : layout.plain_rows()) pack(*rows, flat.data(), packed.data());
  std::vector<int> found(flat.size());
  for (std::size_t i = 0; i < packed.size(); ++i) {
    if (packed[i] != 0) ++found.at(static_cast<std::size_t>(packed[i]) - 1);
  }
  EXPECT_EQ(std::ranges::count(found, 0), 0);  // each weight of a map twice, the rest once
  EXPECT_EQ(std::ranges::count_if(found, [](int times) { return times > 2; }), 0);
}

TEST(ModelLayout, GradientRunsCoverEveryParameterOnce) {
  const ModelLayout layout(model());
  std::vector<int> found(numbered_parameters().size());
  for (const GradientRun& run : layout.gradient_runs) {
    EXPECT_LE(run.gradient + run.count, layout.gradient_size);
    EXPECT_LE(run.count, 16'384U);
    for (std::size_t i = 0; i < run.count; ++i) ++found.at(run.flat + i);
  }
  EXPECT_EQ(std::ranges::count(found, 1), std::ssize(found));
}

}  // namespace
}  // namespace headsweep::fused
