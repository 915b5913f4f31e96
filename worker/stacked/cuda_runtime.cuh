// The runtime of a stacked update on the current CUDA device: its memory, and updates recorded as CUDA graphs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <cuda_runtime.h>

#include "worker/stacked/device_block.cuh"
#include "worker/stacked/trial_rows.h"

namespace headsweep::stacked {

// Of what a CUDA call returns. Throws std::runtime_error with CUDA's words, std::bad_alloc where memory is short.
void check_cuda(cudaError_t code, const char* what);

class CudaRuntime {
 public:
  // Zeroed device memory with equal room for every trial. Move-only; freed with it.
  template <class T>
  class Buffer {
   public:
    Buffer() = default;
    Buffer(std::size_t trials, std::int64_t count) : stride_((count + 15) / 16 * 16) {
      const std::size_t bytes = trials * static_cast<std::size_t>(stride_) * sizeof(T);
      if (bytes == 0) return;
      void* memory = nullptr;
      check_cuda(cudaMalloc(&memory, bytes), "memory of a stack");
      base_ = static_cast<T*>(memory);
      check_cuda(cudaMemset(base_, 0, bytes), "clearing memory");
    }
    Buffer(Buffer&& other) noexcept
        : base_(std::exchange(other.base_, nullptr)), stride_(std::exchange(other.stride_, 0)) {}
    Buffer& operator=(Buffer&& other) noexcept {
      std::swap(base_, other.base_);
      std::swap(stride_, other.stride_);
      return *this;
    }
    ~Buffer() { cudaFree(base_); }

    [[nodiscard]] PerTrial<T> get() { return {base_, stride_}; }

   private:
    T* base_ = nullptr;
    std::int64_t stride_ = 0;
  };

  CudaRuntime();
  ~CudaRuntime();
  CudaRuntime(const CudaRuntime&) = delete;
  CudaRuntime& operator=(const CudaRuntime&) = delete;

  template <class T>
  void upload(T* to, const T* from, std::size_t count) {
    copy(to, from, count * sizeof(T), cudaMemcpyHostToDevice);
  }
  template <class T>
  void download(T* to, const T* from, std::size_t count) {
    copy(to, from, count * sizeof(T), cudaMemcpyDeviceToHost);
  }

  template <class Program>
  void launch(const Program& program, Grid grid, std::size_t shared_bytes) {
    constexpr std::size_t kGrantedBytes = 48 << 10;  // beyond it a kernel must ask
    if (shared_bytes > kGrantedBytes) {
      check_cuda(cudaFuncSetAttribute(&run_block<Program>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                      static_cast<int>(shared_bytes)),
                 "shared memory of a block");
    }
    const dim3 blocks(static_cast<unsigned>(grid.x), static_cast<unsigned>(grid.y),
                      static_cast<unsigned>(grid.z));
    run_block<Program><<<blocks, Program::kThreads, shared_bytes, current_>>>(program);
    check_cuda(cudaGetLastError(), "starting a kernel");
  }

  // As HostRuntime has them: streams of their own.
  static constexpr int kBranches = 8;
  template <class Launches>
  void on_branch(int branch, Launches launches) {
    begin_branch(branch);
    launches();
    current_ = stream_;
  }
  void join_branches(int first, int last);

  // Records what `launches` launches as a graph, unless the last call had the same key, and runs it `times` times.
  template <class Launches>
  void repeat(const std::vector<std::int64_t>& key, std::int64_t times, Launches launches) {
    if (graph_ == nullptr || key != graph_key_) {
      forget_graph();
      begin_recording();
      launches();
      end_recording();
      graph_key_ = key;
    }
    for (std::int64_t i = 0; i < times; ++i) run_graph();
  }

  // Waits until everything is done.
  void finish();

 private:
  void copy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind);
  void begin_branch(int branch);
  void forget_graph();
  void begin_recording();
  void end_recording();
  void run_graph();

  struct Branch {
    cudaStream_t stream = nullptr;
    cudaEvent_t end = nullptr;
    bool is_open = false;  // has launches that nothing waits for yet
  };

  cudaStream_t stream_ = nullptr;   // waits for the default stream, in which LibTorch works
  cudaStream_t current_ = nullptr;  // what is launched into: stream_ or a branch
  cudaEvent_t fork_ = nullptr;
  std::array<Branch, kBranches> branches_;
  cudaGraphExec_t graph_ = nullptr;
  std::vector<std::int64_t> graph_key_;
};

}  // namespace headsweep::stacked
