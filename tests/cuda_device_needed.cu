// Linked into a program of tests: without a GPU all of them are skipped, and CTest counts them as not run.

#include <cuda_runtime.h>
#include <gtest/gtest.h>

namespace headsweep {
namespace {

class CudaDeviceNeeded final : public testing::Environment {
 public:
  void SetUp() override {
    int devices = 0;
    if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) GTEST_SKIP() << "no CUDA device";
  }
};

// GoogleTest owns it.
const testing::Environment* const kRegistered = testing::AddGlobalTestEnvironment(new CudaDeviceNeeded);

}  // namespace
}  // namespace headsweep
