// Scaled transposition, for transposition.cpp and the attention kernels.
//
// Four columns at a time: vector i collects, 128 bits a row, rows i, i+4, i+8, i+12 (as many as there are 128-bit
// blocks); transposing 4 x 4 inside every block then leaves a whole vector of one column. Two shuffles a vector, where
// a transposition of 16 x 16 by halves takes four.

#if defined(HEADSWEEP_WORKER_FUSED_TRANSPOSITION_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEADSWEEP_WORKER_FUSED_TRANSPOSITION_INL_H_
#undef HEADSWEEP_WORKER_FUSED_TRANSPOSITION_INL_H_
#else
#define HEADSWEEP_WORKER_FUSED_TRANSPOSITION_INL_H_
#endif

#include <hwy/highway.h>

#include "worker/fused/product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace headsweep::fused::HWY_NAMESPACE {

// 128-bit block b of the answer: four floats of row 4 b.
template <class D>
HWY_INLINE hn::Vec<D> load_every_fourth_row(D d, const float* in, std::size_t stride) {
  if constexpr (hn::MaxLanes(D()) == 4) {
    return hn::LoadU(d, in);
  } else {
    const hn::Half<D> half;
    constexpr std::size_t kHalfLanes = hn::MaxLanes(hn::Half<D>());
    return hn::Combine(d, load_every_fourth_row(half, in + kHalfLanes * stride, stride),
                       load_every_fourth_row(half, in, stride));
  }
}

// Columns column .. column+3 of kLanes rows.
HWY_INLINE void transpose_four_columns(const float* in, std::size_t in_stride, FloatVector scale, float* out,
                                       std::size_t out_stride) {
  const FloatTag d;
  const hn::RepartitionToWide<FloatTag> wide;
  const FloatVector a = load_every_fourth_row(d, in, in_stride);
  const FloatVector b = load_every_fourth_row(d, in + in_stride, in_stride);
  const FloatVector c = load_every_fourth_row(d, in + 2 * in_stride, in_stride);
  const FloatVector e = load_every_fourth_row(d, in + 3 * in_stride, in_stride);
  const auto ab_low = hn::BitCast(wide, hn::InterleaveLower(d, a, b));
  const auto ab_high = hn::BitCast(wide, hn::InterleaveUpper(d, a, b));
  const auto ce_low = hn::BitCast(wide, hn::InterleaveLower(d, c, e));
  const auto ce_high = hn::BitCast(wide, hn::InterleaveUpper(d, c, e));
  const auto store = [&](auto vector, std::size_t column) HWY_ATTR {
    hn::StoreU(hn::Mul(hn::BitCast(d, vector), scale), d, out + column * out_stride);
  };
  store(hn::InterleaveLower(wide, ab_low, ce_low), 0);
  store(hn::InterleaveUpper(wide, ab_low, ce_low), 1);
  store(hn::InterleaveLower(wide, ab_high, ce_high), 2);
  store(hn::InterleaveUpper(wide, ab_high, ce_high), 3);
}

// See transposition.h; rows up to the next multiple of kLanes only.
HWY_INLINE void transpose_matrix(const float* in, std::size_t in_stride, std::size_t rows,
                                 std::size_t columns, float scale, float* out, std::size_t out_stride) {
  const FloatVector scales = hn::Set(FloatTag(), scale);
  for (std::size_t row = 0; row < rows; row += kLanes) {
    for (std::size_t column = 0; column < columns; column += 4) {
      transpose_four_columns(in + row * in_stride + column, in_stride, scales,
                             out + column * out_stride + row, out_stride);
    }
  }
}

}  // namespace headsweep::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
