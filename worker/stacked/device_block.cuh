// The block of host_block.h on a GPU: one thread runs it, and everything is inlined into registers.
#pragma once

#include <cstddef>
#include <cstdint>

#include "worker/stacked/host_block.h"

namespace headsweep::stacked {

class DeviceWarp {
 public:
  [[nodiscard]] __device__ __forceinline__ int index() const {
    return static_cast<int>(threadIdx.x) / kWarpSize;
  }

  template <class F>
  __device__ __forceinline__ void each_lane(F f) const {
    f(static_cast<int>(threadIdx.x));
  }

  __device__ __forceinline__ void barrier() const { __syncwarp(); }

  template <int kLanes, class Get, class Combine>
  __device__ __forceinline__ void combine(Get get, Combine combine) const {
    auto& value = get(static_cast<int>(threadIdx.x));
#pragma unroll
    for (int offset = 1; offset < kLanes; offset *= 2) {
      value = combine(value, __shfl_xor_sync(0xffffffffU, value, offset));
    }
  }

  template <class F>
  [[nodiscard]] __device__ __forceinline__ std::uint32_t ballot(F f) const {
    return __ballot_sync(0xffffffffU, f(static_cast<int>(threadIdx.x)));
  }

  template <class Left, class Right, class Sums>
  __device__ __forceinline__ void multiply(Left left, Right right, Sums sums) const {
    const TensorLeft& a = left(static_cast<int>(threadIdx.x));
    const TensorRight& b = right(static_cast<int>(threadIdx.x));
    TensorSums& c = sums(static_cast<int>(threadIdx.x));
    asm volatile(
        "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(c.of[0]), "+f"(c.of[1]), "+f"(c.of[2]), "+f"(c.of[3])
        : "r"(__float_as_uint(a.of[0])), "r"(__float_as_uint(a.of[1])), "r"(__float_as_uint(a.of[2])),
          "r"(__float_as_uint(a.of[3])), "r"(__float_as_uint(b.of[0])), "r"(__float_as_uint(b.of[1])));
  }
};

extern __shared__ float4 shared_memory[];

class DeviceBlock {
 public:
  template <class T>
  class PerThread {
   public:
    __device__ __forceinline__ T& operator[](int /*thread*/) { return value_; }

   private:
    T value_{};
  };

  [[nodiscard]] __device__ __forceinline__ int x() const { return static_cast<int>(blockIdx.x); }
  [[nodiscard]] __device__ __forceinline__ int y() const { return static_cast<int>(blockIdx.y); }
  [[nodiscard]] __device__ __forceinline__ int z() const { return static_cast<int>(blockIdx.z); }

  template <class T>
  [[nodiscard]] __device__ __forceinline__ T* shared(std::size_t offset) const {
    return reinterpret_cast<T*>(reinterpret_cast<char*>(shared_memory) + offset);
  }

  template <class T>
  [[nodiscard]] __device__ __forceinline__ PerThread<T> per_thread() const {
    return {};
  }

  template <class F>
  __device__ __forceinline__ void each_thread(F f) const {
    f(static_cast<int>(threadIdx.x));
  }

  __device__ __forceinline__ void barrier() const { __syncthreads(); }

  template <class F>
  __device__ __forceinline__ void each_warp(F f) const {
    f(DeviceWarp());
  }

  __device__ __forceinline__ void copy_async(float* to, const float* from, bool is_there) const {
    const auto place = static_cast<std::uint32_t>(__cvta_generic_to_shared(to));
    const int bytes = is_there ? 16 : 0;  // of what is read: the rest becomes zero
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(place), "l"(from), "r"(bytes)
                 : "memory");
  }
  __device__ __forceinline__ void commit_copies() const {
    asm volatile("cp.async.commit_group;" ::: "memory");
  }
  template <int kNewest>
  __device__ __forceinline__ void wait_for_copies() const {
    asm volatile("cp.async.wait_group %0;" ::"n"(kNewest) : "memory");
  }
};

// Programs say how many of their blocks should fit on a multiprocessor, which bounds their registers.
template <class Program>
__global__ void __launch_bounds__(Program::kThreads, Program::kBlocksAtOnce)
    run_block(const __grid_constant__ Program program) {
  DeviceBlock block;
  program(block);
}

}  // namespace headsweep::stacked
