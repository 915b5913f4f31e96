#include "worker/fused/product.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/fused/product.cpp"
#include <hwy/foreach_target.h>

#include "worker/fused/product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace headsweep::fused::HWY_NAMESPACE {

void multiply_here(const Product& product) {
  multiply_matrices(product);
}

}  // namespace headsweep::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace headsweep::fused {

HWY_EXPORT(multiply_here);

void multiply(const Product& product) {
  HWY_DYNAMIC_DISPATCH(multiply_here)(product);
}

}  // namespace headsweep::fused
#endif
