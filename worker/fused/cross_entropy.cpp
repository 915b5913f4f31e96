// Three passes over a row, which stays in the first-level cache: maximum; exponentials and their sum; scaling. The
// padding is set to the lowest float first, so that nothing below needs to know where a row ends.

#include "worker/fused/cross_entropy.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "worker/fused/product.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/fused/cross_entropy.cpp"
#include <hwy/foreach_target.h>

#include "worker/fused/exponential-inl.h"
#include "worker/fused/product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace headsweep::fused::HWY_NAMESPACE {

HWY_INLINE float largest(const float* row, std::size_t columns) {
  const FloatTag d;
  FloatVector maximum = hn::LoadU(d, row);
  for (std::size_t i = kLanes; i < columns; i += kLanes) maximum = hn::Max(maximum, hn::LoadU(d, row + i));
  return hn::GetLane(hn::MaxOfLanes(d, maximum));
}

// Whether none of the first `columns` logits is `value`.
HWY_INLINE bool is_first(const float* row, std::size_t columns, float value) {
  const FloatTag d;
  const FloatVector values = hn::Set(d, value);
  std::size_t i = 0;
  for (; i + kLanes <= columns; i += kLanes) {
    if (!hn::AllFalse(d, hn::Eq(hn::LoadU(d, row + i), values))) return false;
  }
  for (; i < columns; ++i) {
    if (row[i] == value) return false;
  }
  return true;
}

// Replaces logits by exp(logit - maximum), returns the sum.
HWY_INLINE float exponentiate_row(float* row, std::size_t columns, float maximum) {
  const FloatTag d;
  const FloatVector maxima = hn::Set(d, maximum);
  const FloatVector log2e = hn::Set(d, std::numbers::log2e_v<float>);
  FloatVector sum = hn::Zero(d);
  for (std::size_t i = 0; i < columns; i += kLanes) {
    const FloatVector weight = exp2_fast(d, hn::Mul(hn::Sub(hn::LoadU(d, row + i), maxima), log2e));
    sum = hn::Add(sum, weight);
    hn::StoreU(weight, d, row + i);
  }
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

CrossEntropy cross_entropy_here(std::span<const std::int32_t> targets, std::size_t vocabulary, float scale,
                                float* logits) {
  const FloatTag d;
  const std::size_t columns = padded(vocabulary);
  CrossEntropy total;
  float* row = logits;
  for (const std::int32_t signed_target : targets) {
    const auto target = static_cast<std::size_t>(signed_target);
    for (std::size_t i = vocabulary; i < columns; ++i) row[i] = std::numeric_limits<float>::lowest();
    const float maximum = largest(row, columns);
    const float logit = row[target];
    if (logit == maximum && is_first(row, target, maximum)) ++total.correct;
    const float sum = exponentiate_row(row, columns, maximum);
    total.loss +=
        std::log(static_cast<double>(sum)) + (static_cast<double>(maximum) - static_cast<double>(logit));
    const FloatVector factor = hn::Set(d, scale / sum);
    for (std::size_t i = 0; i < columns; i += kLanes) {
      hn::StoreU(hn::Mul(hn::LoadU(d, row + i), factor), d, row + i);
    }
    row[target] -= scale;
    for (std::size_t i = vocabulary; i < columns; ++i) row[i] = 0;
    row += columns;
  }
  return total;
}

}  // namespace headsweep::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace headsweep::fused {

HWY_EXPORT(cross_entropy_here);

CrossEntropy cross_entropy(std::span<const std::int32_t> targets, std::size_t vocabulary, float scale,
                           float* logits) {
  return HWY_DYNAMIC_DISPATCH(cross_entropy_here)(targets, vocabulary, scale, logits);
}

}  // namespace headsweep::fused
#endif
