#include <string_view>

#include "worker/fused/fused_update.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/fused/instruction_set.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace headsweep::fused::HWY_NAMESPACE {

const char* target_name() {
  return hwy::TargetName(HWY_TARGET);
}

}  // namespace headsweep::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace headsweep::fused {

HWY_EXPORT(target_name);

std::string_view instruction_set() {
  return HWY_DYNAMIC_DISPATCH(target_name)();
}

}  // namespace headsweep::fused
#endif
