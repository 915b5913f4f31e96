// Reading rows of bits (dropout_bits.h, visible_keys.h) into vector masks.

#if defined(HEADSWEEP_WORKER_FUSED_BIT_MASK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEADSWEEP_WORKER_FUSED_BIT_MASK_INL_H_
#undef HEADSWEEP_WORKER_FUSED_BIT_MASK_INL_H_
#else
#define HEADSWEEP_WORKER_FUSED_BIT_MASK_INL_H_
#endif

#include <cstring>

#include <hwy/highway.h>

#include "worker/fused/product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace headsweep::fused::HWY_NAMESPACE {

// Lane i: bit `first` + i of `bits`, of which kBitSlack bytes from that of bit `first` on are readable.
HWY_INLINE hn::Mask<FloatTag> load_bits(const std::uint8_t* bits, std::size_t first) {
  std::uint64_t eight;  // LoadMaskBits may read so many bytes
  std::memcpy(&eight, bits + first / 8, sizeof eight);
  eight >>= first % 8;
  std::uint8_t bytes[sizeof eight];
  std::memcpy(bytes, &eight, sizeof eight);
  return hn::LoadMaskBits(FloatTag(), bytes);
}

}  // namespace headsweep::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
