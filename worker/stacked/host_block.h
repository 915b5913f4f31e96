// How a kernel is written once for the GPU and for the host, where tests run it.
//
// A kernel is a struct, a *program*: its arguments as members, `kThreads`, and
//   template <class Block> HEADSWEEP_HOST_DEVICE void operator()(Block& block) const
// which says what one block of threads does. It sees threads only through `block`:
//
//   block.x(), y(), z()          which block of the grid
//   block.shared<T>(offset)      shared memory from byte `offset` on (multiples of 16)
//   block.per_thread<T>()        one T a thread, zeroed; `value[thread]`. Registers on a GPU
//   block.each_thread(f)         f(thread) for all threads; no barrier
//   block.barrier()              what threads wrote to shared memory before is seen by all
//   block.each_warp(f)           f(warp) for all warps, which may loop differently: warp.index(),
//                                warp.each_lane(f(thread)), warp.combine<lanes>(get, op), warp.ballot(f(thread)),
//                                warp.barrier(): as above, for its lanes, and
//                                warp.multiply(left(thread), right(thread), sums(thread)): tensor_cores.h
//   block.copy_async(to, from, is_there)   16 bytes into shared memory, zeros where not is_there; per thread, within
//   block.commit_copies()                  each_thread; a group of copies ends; all but the `newest` groups have arrived
//   block.wait_for_copies<newest>()        for the thread that made them: a barrier shows them to the others
//
// HostBlock runs the threads one after another, phase by phase: the same decisions and, but for the contraction of
// multiply-adds and the hardware's own exponential, the same arithmetic. What it cannot show is a missing barrier.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "worker/stacked/arithmetic.h"
#include "worker/stacked/tensor_cores.h"

namespace headsweep::stacked {

struct Grid {
  int x = 1;
  int y = 1;
  int z = 1;
};

// Of each `lanes` neighbouring threads: value(thread) becomes the combination of all of theirs, paired as a butterfly.
template <int kLanes, class Get, class Combine>
void combine_on_host(int first, int threads, Get get, Combine combine) {
  for (int offset = 1; offset < kLanes; offset *= 2) {
    for (int thread = first; thread < first + threads; ++thread) {
      if ((thread & offset) != 0) continue;
      auto& low = get(thread);
      auto& high = get(thread + offset);
      low = high = combine(low, high);
    }
  }
}

class HostWarp {
 public:
  explicit HostWarp(int index) : index_(index) {}

  [[nodiscard]] int index() const { return index_; }

  template <class F>
  void each_lane(F f) const {
    for (int lane = 0; lane < kWarpSize; ++lane) f(index_ * kWarpSize + lane);
  }

  void barrier() const {}

  template <int kLanes, class Get, class Combine>
  void combine(Get get, Combine combine) const {
    combine_on_host<kLanes>(index_ * kWarpSize, kWarpSize, get, combine);
  }

  template <class F>
  [[nodiscard]] std::uint32_t ballot(F f) const {
    std::uint32_t mask = 0;
    for (int lane = 0; lane < kWarpSize; ++lane) {
      mask |= static_cast<std::uint32_t>(f(index_ * kWarpSize + lane)) << lane;
    }
    return mask;
  }

  template <class Left, class Right, class Sums>
  void multiply(Left left, Right right, Sums sums) const {
    TensorOperands operands;
    for (int lane = 0; lane < kWarpSize; ++lane) {
      operands.take(lane, left(index_ * kWarpSize + lane));
      operands.take(lane, right(index_ * kWarpSize + lane));
    }
    for (int lane = 0; lane < kWarpSize; ++lane) operands.add_to(lane, sums(index_ * kWarpSize + lane));
  }

 private:
  int index_;
};

template <int kThreads>
class HostBlock {
 public:
  template <class T>
  class PerThread {
   public:
    T& operator[](int thread) { return values_[static_cast<std::size_t>(thread)]; }

   private:
    std::vector<T> values_ = std::vector<T>(kThreads);
  };

  HostBlock(Grid index, std::span<std::byte> shared) : index_(index), shared_(shared) {}

  [[nodiscard]] int x() const { return index_.x; }
  [[nodiscard]] int y() const { return index_.y; }
  [[nodiscard]] int z() const { return index_.z; }

  template <class T>
  [[nodiscard]] T* shared(std::size_t offset) const {
    return reinterpret_cast<T*>(shared_.data() + offset);
  }

  template <class T>
  [[nodiscard]] PerThread<T> per_thread() const {
    return {};
  }

  template <class F>
  void each_thread(F f) const {
    for (int thread = 0; thread < kThreads; ++thread) f(thread);
  }

  void barrier() const {}

  template <class F>
  void each_warp(F f) const {
    for (int warp = 0; warp < kThreads / kWarpSize; ++warp) f(HostWarp(warp));
  }

  void copy_async(float* to, const float* from, bool is_there) const {
    is_there ? std::memcpy(to, from, 16) : std::memset(to, 0, 16);
  }
  void commit_copies() const {}
  template <int kNewest>
  void wait_for_copies() const {}

 private:
  Grid index_;
  std::span<std::byte> shared_;
};

// Runs every block of the grid, one after another. Shared memory is filled with NaN first, as a GPU's holds anything.
template <class Program>
void run_on_host(const Program& program, Grid grid, std::size_t shared_bytes) {
  std::vector<std::array<std::byte, 16>> memory((shared_bytes + 15) / 16);
  const std::span shared(reinterpret_cast<std::byte*>(memory.data()), memory.size() * 16);
  for (int z = 0; z < grid.z; ++z) {
    for (int y = 0; y < grid.y; ++y) {
      for (int x = 0; x < grid.x; ++x) {
        std::ranges::fill(shared, std::byte{0xff});
        HostBlock<Program::kThreads> block({x, y, z}, shared);
        program(block);
      }
    }
  }
}

}  // namespace headsweep::stacked
