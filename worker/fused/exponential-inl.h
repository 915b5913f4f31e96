// 2^x by polynomial, for softmax: exponents are differences to a maximum, so x <= 0.

#if defined(HEADSWEEP_WORKER_FUSED_EXPONENTIAL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEADSWEEP_WORKER_FUSED_EXPONENTIAL_INL_H_
#undef HEADSWEEP_WORKER_FUSED_EXPONENTIAL_INL_H_
#else
#define HEADSWEEP_WORKER_FUSED_EXPONENTIAL_INL_H_
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace headsweep::fused::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Relative error below 2e-7 for -64 <= x < 127; 2^-64 below that: a share of a softmax that no float32 sum sees, and
// products with it stay clear of denormal numbers, which are slow. NaN gives NaN. Coefficients: exp2f of Cephes.
template <class D>
HWY_INLINE hn::Vec<D> exp2_fast(D d, hn::Vec<D> x) {
  const hn::RebindToSigned<D> integers;
  // x is the second operand: the one that x86 answers with when it is NaN.
  x = hn::Max(hn::Set(d, -64.0F), x);
  // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits.
  const auto magic = hn::Set(d, 12582912.0F);
  const auto shifted = hn::Add(x, magic);
  const auto r = hn::Sub(x, hn::Sub(shifted, magic));  // -0.5 .. 0.5
  auto p = hn::Set(d, 1.535336188319500e-4F);
  p = hn::MulAdd(p, r, hn::Set(d, 1.339887440266574e-3F));
  p = hn::MulAdd(p, r, hn::Set(d, 9.618437357674640e-3F));
  p = hn::MulAdd(p, r, hn::Set(d, 5.550332471162809e-2F));
  p = hn::MulAdd(p, r, hn::Set(d, 2.402264791363012e-1F));
  p = hn::MulAdd(p, r, hn::Set(d, 6.931472028550421e-1F));
  p = hn::MulAdd(p, r, hn::Set(d, 1.0F));
  return hn::BitCast(d, hn::Add(hn::BitCast(integers, p), hn::ShiftLeft<23>(hn::BitCast(integers, shifted))));
}

}  // namespace headsweep::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
