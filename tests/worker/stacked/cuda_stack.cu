#include <cuda_runtime.h>

#include "tests/worker/stacked/stack_under_test.h"
#include "worker/stacked/cuda_runtime.cuh"

namespace headsweep::stacked {

std::unique_ptr<StackedUpdate> make_update_under_test(const std::vector<trial::Settings>& settings,
                                                      const StackBuffers& buffers,
                                                      const StackOptions& options) {
  return make_cuda_stacked_update(settings, buffers, options);
}

float* allocate_under_test(std::size_t count) {
  void* memory = nullptr;
  check_cuda(cudaMalloc(&memory, count * sizeof(float)), "memory of a test");
  check_cuda(cudaMemset(memory, 0, count * sizeof(float)), "clearing memory of a test");
  return static_cast<float*>(memory);
}
void free_under_test(float* memory) {
  cudaFree(memory);
}
void copy_to_test(std::span<float> to, const float* from) {
  check_cuda(cudaMemcpy(to.data(), from, to.size_bytes(), cudaMemcpyDeviceToHost), "reading");
}
void copy_from_test(float* to, std::span<const float> from) {
  check_cuda(cudaMemcpy(to, from.data(), from.size_bytes(), cudaMemcpyHostToDevice), "writing");
}

}  // namespace headsweep::stacked
