// One row after the other, each a few vectors wide: two passes, the first of them a sum across the row. The gain's
// gradient is added to in memory row by row; it stays in the first-level cache.

#include "worker/fused/rms_norm.h"

#include <cmath>
#include <limits>

#include "worker/fused/product.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/fused/rms_norm.cpp"
#include <hwy/foreach_target.h>

#include "worker/fused/product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace headsweep::fused::HWY_NAMESPACE {

HWY_INLINE float sum_of_lanes(FloatVector sum) {
  return hn::GetLane(hn::SumOfLanes(FloatTag(), sum));
}

void rms_norm_forward_here(std::size_t rows, std::size_t width, const float* x, const float* gain, float* y,
                           float* inverse_rms) {
  const FloatTag d;
  const std::size_t stride = padded(width);
  for (std::size_t row = 0; row < rows; ++row, x += stride, y += stride) {
    FloatVector squares = hn::Zero(d);
    for (std::size_t i = 0; i < stride; i += kLanes) {
      const FloatVector value = hn::LoadU(d, x + i);
      squares = hn::MulAdd(value, value, squares);
    }
    const float mean = sum_of_lanes(squares) / static_cast<float>(width);
    inverse_rms[row] = 1 / std::sqrt(mean + std::numeric_limits<float>::epsilon());
    const FloatVector inverse = hn::Set(d, inverse_rms[row]);
    for (std::size_t i = 0; i < stride; i += kLanes) {
      hn::StoreU(hn::Mul(hn::Mul(hn::LoadU(d, x + i), inverse), hn::LoadU(d, gain + i)), d, y + i);
    }
  }
}

// With r = inverse_rms: d_x = r gain d_y - x r^3 / width * (sum of gain d_y x);  d_gain = sum over rows of d_y x r.
void rms_norm_backward_here(std::size_t rows, std::size_t width, const float* x, const float* gain,
                            const float* inverse_rms, const float* d_y, float* d_x, float* d_gain) {
  const FloatTag d;
  const std::size_t stride = padded(width);
  for (std::size_t row = 0; row < rows; ++row, x += stride, d_y += stride, d_x += stride) {
    const float r = inverse_rms[row];
    const FloatVector inverse = hn::Set(d, r);
    FloatVector dot = hn::Zero(d);
    for (std::size_t i = 0; i < stride; i += kLanes) {
      const FloatVector product = hn::Mul(hn::LoadU(d, d_y + i), hn::LoadU(d, x + i));
      dot = hn::MulAdd(product, hn::LoadU(d, gain + i), dot);
      hn::StoreU(hn::MulAdd(product, inverse, hn::LoadU(d, d_gain + i)), d, d_gain + i);
    }
    const FloatVector shrink = hn::Set(d, -sum_of_lanes(dot) * r * r * r / static_cast<float>(width));
    for (std::size_t i = 0; i < stride; i += kLanes) {
      const FloatVector scaled = hn::Mul(hn::Mul(hn::LoadU(d, d_y + i), hn::LoadU(d, gain + i)), inverse);
      const FloatVector change = hn::MulAdd(hn::LoadU(d, x + i), shrink, scaled);
      hn::StoreU(hn::Add(hn::LoadU(d, d_x + i), change), d, d_x + i);
    }
  }
}

}  // namespace headsweep::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace headsweep::fused {

HWY_EXPORT(rms_norm_forward_here);
HWY_EXPORT(rms_norm_backward_here);

void rms_norm_forward(std::size_t rows, std::size_t width, const float* x, const float* gain, float* y,
                      float* inverse_rms) {
  HWY_DYNAMIC_DISPATCH(rms_norm_forward_here)(rows, width, x, gain, y, inverse_rms);
}

void rms_norm_backward(std::size_t rows, std::size_t width, const float* x, const float* gain,
                       const float* inverse_rms, const float* d_y, float* d_x, float* d_gain) {
  HWY_DYNAMIC_DISPATCH(rms_norm_backward_here)(rows, width, x, gain, inverse_rms, d_y, d_x, d_gain);
}

}  // namespace headsweep::fused
#endif
