// Every test here computes with one thread, as a trainer does by default: what several threads add up may
// differ in the last bits, and threads that wait for each other stand still where a machine has more work
// than cores.

#include <gtest/gtest.h>

#include "worker/trainer/device.h"

namespace headsweep::trainer {
namespace {

class OneThread final : public testing::Environment {
 public:
  void SetUp() override { prepare_arithmetic(c10::kCPU); }
};

const testing::Environment* const one_thread = testing::AddGlobalTestEnvironment(new OneThread);

}  // namespace
}  // namespace headsweep::trainer
