// Runs a test once for every instruction set that the kernels were compiled for and this machine has: not again for those
// that a test was compiled for but the kernels were not.
#pragma once

#include <set>
#include <string>

#include <gtest/gtest.h>
#include <hwy/highway.h>

#include "worker/fused/fused_update.h"

namespace headsweep::fused {

template <class Test>
void for_every_instruction_set(const Test& test) {
  std::set<std::string> done;
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(target);
    if (!done.insert(std::string(instruction_set())).second) continue;
    const testing::ScopedTrace trace(__FILE__, __LINE__, std::string(instruction_set()));
    test();
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace headsweep::fused
