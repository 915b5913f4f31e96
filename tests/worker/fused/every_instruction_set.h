// Runs a test once for every instruction set that the kernels were compiled for and this machine has.
#pragma once

#include <string>

#include <gtest/gtest.h>
#include <hwy/highway.h>

#include "worker/fused/fused_update.h"

namespace headsweep::fused {

template <class Test>
void for_every_instruction_set(const Test& test) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(target);
    const testing::ScopedTrace trace(__FILE__, __LINE__, std::string(instruction_set()));
    test();
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace headsweep::fused
