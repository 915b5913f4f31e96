// Register-tiled matrix product, for product.cpp and for kernels whose inner loops are products.
//
// Loop order: tiles of columns, then tiles of rows, then depth. A tile of `out` lives in registers over the whole
// depth; every step of depth loads one row of the tile's columns from `right` and broadcasts one element a row from
// `left`. A tile's columns of `right` (at most 64 x depth floats) stay in the first-level cache while the rows go by,
// which is why packed right factors lie panel by panel: a wide row stride would map them onto few cache sets.
// Tiles: 6 x 4 vectors where there are 32 registers (24 sums, 4 loads, 1 broadcast), 6 x 2 where there are 16.

#if defined(HEADSWEEP_WORKER_FUSED_PRODUCT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEADSWEEP_WORKER_FUSED_PRODUCT_INL_H_
#undef HEADSWEEP_WORKER_FUSED_PRODUCT_INL_H_
#else
#define HEADSWEEP_WORKER_FUSED_PRODUCT_INL_H_
#endif

#include <cstddef>

#include <hwy/highway.h>

#include "worker/fused/product.h"

HWY_BEFORE_NAMESPACE();
namespace headsweep::fused::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::ScalableTag<float>;
using FloatVector = hn::Vec<FloatTag>;

constexpr std::size_t kLanes = hn::MaxLanes(FloatTag());
#if HWY_TARGET <= HWY_AVX3
constexpr std::size_t kTileVectors = 4;
#else
constexpr std::size_t kTileVectors = 2;
#endif

template <std::size_t kRows, std::size_t kVectors>
struct Tile {
  FloatVector sum[kRows][kVectors];

  HWY_INLINE void begin(const Product& product, std::size_t column) {
    const FloatTag d;
    for (std::size_t v = 0; v < kVectors; ++v) {
      const FloatVector first = product.bias ? hn::LoadU(d, product.bias + column + v * kLanes) : hn::Zero(d);
      for (std::size_t r = 0; r < kRows; ++r) sum[r][v] = first;
    }
  }

  HWY_INLINE void end(const Product& product, std::size_t row, std::size_t column) {
    const FloatTag d;
    float* const out = product.out + row * product.out_stride + column;
    for (std::size_t r = 0; r < kRows; ++r) {
      for (std::size_t v = 0; v < kVectors; ++v) {
        float* const place = out + r * product.out_stride + v * kLanes;
        FloatVector value = sum[r][v];
        if (product.add) value = hn::Add(hn::LoadU(d, place), value);
        if (product.relu) value = hn::Max(value, hn::Zero(d));
        if (product.gate) {
          const float* const gate = product.gate + (row + r) * product.out_stride + column + v * kLanes;
          value = hn::IfThenElseZero(hn::Gt(hn::LoadU(d, gate), hn::Zero(d)), value);
        }
        hn::StoreU(value, d, place);
      }
    }
  }
};

template <std::size_t kRows, std::size_t kVectors, bool kTransposed>
HWY_INLINE void multiply_tile(const Product& product, std::size_t row, std::size_t column,
                              const float* HWY_RESTRICT right) {
  const FloatTag d;
  const std::size_t row_step = kTransposed ? 1 : product.left_stride;
  const std::size_t depth_step = kTransposed ? product.left_stride : 1;
  const std::size_t right_step = product.right_stride;
  const float* HWY_RESTRICT left = product.left + row * row_step;
  Tile<kRows, kVectors> tile;
  tile.begin(product, column);
  for (std::size_t p = 0; p < product.depth; ++p) {
    FloatVector factors[kVectors];
    for (std::size_t v = 0; v < kVectors; ++v) factors[v] = hn::LoadU(d, right + v * kLanes);
    for (std::size_t r = 0; r < kRows; ++r) {
      const FloatVector broadcast = hn::Set(d, left[r * row_step]);
      for (std::size_t v = 0; v < kVectors; ++v) {
        tile.sum[r][v] = hn::MulAdd(broadcast, factors[v], tile.sum[r][v]);
      }
    }
    left += depth_step;
    right += right_step;
  }
  tile.end(product, row, column);
}

// All rows of the `kVectors` vectors of columns from `column` on, which lie in one panel.
template <std::size_t kVectors, bool kTransposed>
HWY_INLINE void multiply_columns(const Product& product, std::size_t column) {
  constexpr std::size_t kMostRows = kVectors > kTileVectors / 2 ? 6 : 8;
  const float* const right = product.right + column / kPanel * product.right_panel_step + column % kPanel;
  std::size_t row = 0;
  // Eight rows are two tiles of four rather than one of six and a poor one of two.
  for (; row + kMostRows <= product.rows && (kMostRows == 8 || product.rows - row != 8); row += kMostRows) {
    multiply_tile<kMostRows, kVectors, kTransposed>(product, row, column, right);
  }
  for (; row + 4 <= product.rows; row += 4) {
    multiply_tile<4, kVectors, kTransposed>(product, row, column, right);
  }
  for (; row + 2 <= product.rows; row += 2) {
    multiply_tile<2, kVectors, kTransposed>(product, row, column, right);
  }
  if (row < product.rows) multiply_tile<1, kVectors, kTransposed>(product, row, column, right);
}

template <bool kTransposed>
HWY_NOINLINE void multiply_all(const Product& product) {
  std::size_t column = 0;
  for (; column + kTileVectors * kLanes <= product.columns; column += kTileVectors * kLanes) {
    multiply_columns<kTileVectors, kTransposed>(product, column);
  }
#if HWY_TARGET <= HWY_AVX3
  // Only here can a tile be wider than the padding.
  const std::size_t vectors = (product.columns - column) / kLanes;
  if (vectors == 3) multiply_columns<3, kTransposed>(product, column);
  if (vectors == 2) multiply_columns<2, kTransposed>(product, column);
  if (vectors == 1) multiply_columns<1, kTransposed>(product, column);
#endif
}

// Of products with kLanes columns.
template <bool kTransposed>
HWY_NOINLINE void multiply_block(const Product& product) {
  multiply_columns<1, kTransposed>(product, 0);
}

HWY_INLINE void multiply_matrices(const Product& product) {
  product.left_is_transposed ? multiply_all<true>(product) : multiply_all<false>(product);
}

}  // namespace headsweep::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
