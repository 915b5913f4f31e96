// Row after row; a row's sums stay in the first-level cache.

#include "worker/fused/row_sums.h"

#include "worker/fused/product.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/fused/row_sums.cpp"
#include <hwy/foreach_target.h>

#include "worker/fused/bit_mask-inl.h"
#include "worker/fused/product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace headsweep::fused::HWY_NAMESPACE {

// Four rows at a time, so that the sums are loaded and stored a quarter as often.
void add_row_sums_here(std::size_t rows, std::size_t width, const float* matrix, float* sums) {
  const FloatTag d;
  const std::size_t stride = padded(width);
  std::size_t row = 0;
  for (; row + 4 <= rows; row += 4, matrix += 4 * stride) {
    for (std::size_t i = 0; i < stride; i += kLanes) {
      const FloatVector first = hn::Add(hn::LoadU(d, matrix + i), hn::LoadU(d, matrix + stride + i));
      const FloatVector second =
          hn::Add(hn::LoadU(d, matrix + 2 * stride + i), hn::LoadU(d, matrix + 3 * stride + i));
      hn::StoreU(hn::Add(hn::LoadU(d, sums + i), hn::Add(first, second)), d, sums + i);
    }
  }
  for (; row < rows; ++row, matrix += stride) {
    for (std::size_t i = 0; i < stride; i += kLanes) {
      hn::StoreU(hn::Add(hn::LoadU(d, sums + i), hn::LoadU(d, matrix + i)), d, sums + i);
    }
  }
}

void add_rows_here(std::size_t rows, std::size_t width, const float* a, const float* b, float* out) {
  const FloatTag d;
  for (std::size_t i = 0; i < rows * padded(width); i += kLanes) {
    hn::StoreU(hn::Add(hn::LoadU(d, a + i), hn::LoadU(d, b + i)), d, out + i);
  }
}

// Bits behind a row's last element belong to the next row; what they let through is the padding's zeros.
template <bool kAdds>
HWY_INLINE void drop(std::size_t rows, std::size_t width, const ElementBits& keep, float scale,
                     const float* in, float* out) {
  const FloatTag d;
  const FloatVector scales = hn::Set(d, scale);
  const std::size_t stride = padded(width);
  for (std::size_t row = 0; row < rows; ++row, in += stride, out += stride) {
    const std::size_t first_bit = keep.first_bit + row * width;
    for (std::size_t i = 0; i < width; i += kLanes) {
      const auto kept = load_bits(keep.bits, first_bit + i);
      const FloatVector dropped = hn::IfThenElseZero(kept, hn::Mul(hn::LoadU(d, in + i), scales));
      hn::StoreU(kAdds ? hn::Add(hn::LoadU(d, out + i), dropped) : dropped, d, out + i);
    }
  }
}

void drop_elements_here(std::size_t rows, std::size_t width, const ElementBits& keep, float scale,
                        const float* in, float* out) {
  drop<false>(rows, width, keep, scale, in, out);
}

void add_dropped_elements_here(std::size_t rows, std::size_t width, const ElementBits& keep, float scale,
                               const float* in, float* out) {
  drop<true>(rows, width, keep, scale, in, out);
}

}  // namespace headsweep::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace headsweep::fused {

HWY_EXPORT(add_row_sums_here);
HWY_EXPORT(add_rows_here);
HWY_EXPORT(drop_elements_here);
HWY_EXPORT(add_dropped_elements_here);

void add_row_sums(std::size_t rows, std::size_t width, const float* matrix, float* sums) {
  HWY_DYNAMIC_DISPATCH(add_row_sums_here)(rows, width, matrix, sums);
}

void add_rows(std::size_t rows, std::size_t width, const float* a, const float* b, float* out) {
  HWY_DYNAMIC_DISPATCH(add_rows_here)(rows, width, a, b, out);
}

void drop_elements(std::size_t rows, std::size_t width, const ElementBits& keep, float scale, const float* in,
                   float* out) {
  HWY_DYNAMIC_DISPATCH(drop_elements_here)(rows, width, keep, scale, in, out);
}

void add_dropped_elements(std::size_t rows, std::size_t width, const ElementBits& keep, float scale,
                          const float* in, float* out) {
  HWY_DYNAMIC_DISPATCH(add_dropped_elements_here)(rows, width, keep, scale, in, out);
}

}  // namespace headsweep::fused
#endif
