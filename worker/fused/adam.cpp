// Bound by memory: every part and buffer is read once and the gradient, which other code may want to see, is
// written along the way. Elements that fill no vector go one by one through the same operations.

#include "worker/fused/adam.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/fused/adam.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace headsweep::fused::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class D>
HWY_INLINE void update_lanes(D d, std::span<const float* const> parts, std::size_t place,
                             const AdamStep& step, const AdamBuffers& buffers, std::size_t i) {
  auto gradient = hn::LoadU(d, parts[0] + place);
  for (std::size_t c = 1; c < parts.size(); ++c) gradient = hn::Add(gradient, hn::LoadU(d, parts[c] + place));
  hn::StoreU(gradient, d, buffers.gradients + i);
  auto first = hn::LoadU(d, buffers.first_moments + i);
  first = hn::MulAdd(hn::Set(d, 0.1F), hn::Sub(gradient, first), first);
  auto second = hn::Mul(hn::LoadU(d, buffers.second_moments + i), hn::Set(d, 0.999F));
  second = hn::MulAdd(hn::Mul(gradient, gradient), hn::Set(d, 0.001F), second);
  hn::StoreU(first, d, buffers.first_moments + i);
  hn::StoreU(second, d, buffers.second_moments + i);
  const auto denominator =
      hn::MulAdd(hn::Sqrt(second), hn::Set(d, step.inverse_correction), hn::Set(d, 1e-8F));
  const auto change = hn::Mul(hn::Set(d, step.step_size), hn::Div(first, denominator));
  hn::StoreU(hn::Sub(hn::LoadU(d, buffers.parameters + i), change), d, buffers.parameters + i);
}

void reduce_and_update_here(std::span<const float* const> parts, std::size_t offset, std::size_t count,
                            const AdamStep& step, const AdamBuffers& buffers) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> single;
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) update_lanes(d, parts, offset + i, step, buffers, i);
  for (; i < count; ++i) update_lanes(single, parts, offset + i, step, buffers, i);
}

}  // namespace headsweep::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cmath>

namespace headsweep::fused {

HWY_EXPORT(reduce_and_update_here);

AdamStep adam_step(double learning_rate, std::int64_t update) {
  const auto t = static_cast<double>(update);
  return {static_cast<float>(learning_rate / (1 - std::pow(0.9, t))),
          static_cast<float>(1 / std::sqrt(1 - std::pow(0.999, t)))};
}

void reduce_and_update(std::span<const float* const> parts, std::size_t offset, std::size_t count,
                       const AdamStep& step, const AdamBuffers& buffers) {
  HWY_DYNAMIC_DISPATCH(reduce_and_update_here)(parts, offset, count, step, buffers);
}

}  // namespace headsweep::fused
#endif
