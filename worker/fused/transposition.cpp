#include "worker/fused/transposition.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/fused/transposition.cpp"
#include <hwy/foreach_target.h>

#include "worker/fused/transposition-inl.h"

HWY_BEFORE_NAMESPACE();
namespace headsweep::fused::HWY_NAMESPACE {

void transpose_here(const float* in, std::size_t in_stride, std::size_t rows, std::size_t columns,
                    float scale, float* out, std::size_t out_stride) {
  transpose_matrix(in, in_stride, padded(rows), columns, scale, out, out_stride);
}

}  // namespace headsweep::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace headsweep::fused {

HWY_EXPORT(transpose_here);

void transpose(const float* in, std::size_t in_stride, std::size_t rows, std::size_t columns, float scale,
               float* out, std::size_t out_stride) {
  HWY_DYNAMIC_DISPATCH(transpose_here)(in, in_stride, rows, columns, scale, out, out_stride);
}

}  // namespace headsweep::fused
#endif
