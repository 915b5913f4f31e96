// The unit of the attention kernels: kLanes queries of one head.

#if defined(HEADSWEEP_WORKER_FUSED_ATTENTION_BLOCK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEADSWEEP_WORKER_FUSED_ATTENTION_BLOCK_INL_H_
#undef HEADSWEEP_WORKER_FUSED_ATTENTION_BLOCK_INL_H_
#else
#define HEADSWEEP_WORKER_FUSED_ATTENTION_BLOCK_INL_H_
#endif

#include <algorithm>

#include <hwy/highway.h>

#include "worker/fused/attention.h"
#include "worker/fused/bit_mask-inl.h"
#include "worker/fused/dropout_bits.h"
#include "worker/fused/product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace headsweep::fused::HWY_NAMESPACE {

// One head and one block of queries.
struct Block {
  std::size_t head;
  std::size_t first_query;
  std::size_t keys;           // up to the block's last query
  std::size_t full_keys;      // of these every query of the block sees the first so many
  const std::uint8_t* graph;  // bits of VisibleKeys; null: causal alone
  const std::uint8_t* keep;   // bits of dropout; null: none
  std::size_t bit_stride;

  // Whether each query sees key `key`, one behind full_keys.
  [[nodiscard]] HWY_INLINE hn::Mask<FloatTag> visible(std::size_t key) const {
    const FloatTag d;
    if (graph) return load_bits(graph + key * bit_stride, first_query);
    return hn::Ge(hn::Iota(d, static_cast<float>(first_query)), hn::Set(d, static_cast<float>(key)));
  }
  [[nodiscard]] HWY_INLINE hn::Mask<FloatTag> kept(std::size_t key) const {
    return load_bits(keep + key * bit_stride, first_query);
  }
};

HWY_INLINE Block block_at(const AttentionShape& shape, const VisibleKeys& visible,
                          const AttentionRecord& record, std::size_t head, std::size_t first_query) {
  const std::uint8_t* const graph = visible.of_head(head);
  const std::uint8_t* const keep =
      record.keep.empty() ? nullptr : record.keep.data() + head * attention_bit_bytes(shape.length);
  return {head,
          first_query,
          std::min(shape.length, first_query + kLanes),
          graph ? 0 : std::min(shape.length, first_query + 1),
          graph,
          keep,
          attention_bit_stride(shape.length)};
}

}  // namespace headsweep::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
