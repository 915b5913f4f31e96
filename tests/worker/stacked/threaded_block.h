// The block of worker/stacked/host_block.h with a thread of the machine for every thread of the block, so that the thread
// sanitizer sees what a GPU would race on: shared memory without a barrier, asynchronous copies that come early or late,
// lanes that overtake each other, blocks that write what others write.
#pragma once

#include <array>
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <thread>
#include <vector>

#include "worker/stacked/host_block.h"

namespace headsweep::stacked {

// What the threads of a block have in common.
struct ThreadTeam {
  explicit ThreadTeam(int threads, std::size_t shared_bytes)
      : all(threads),
        slots(static_cast<std::size_t>(threads)),
        left(static_cast<std::size_t>(threads)),
        right(static_cast<std::size_t>(threads)),
        memory((shared_bytes + 15) / 16) {
    for (int warp = 0; warp < threads / kWarpSize; ++warp) {
      warps.push_back(std::make_unique<std::barrier<>>(kWarpSize));
    }
  }

  std::barrier<> all;
  std::vector<std::unique_ptr<std::barrier<>>> warps;
  std::vector<std::uint64_t> slots;  // what lanes hand to each other
  std::vector<TensorLeft> left;      // the same, to tensor cores
  std::vector<TensorRight> right;
  std::vector<std::array<std::byte, 16>> memory;
};

class ThreadedWarp {
 public:
  ThreadedWarp(ThreadTeam& team, int thread) : team_(team), thread_(thread) {}

  [[nodiscard]] int index() const { return thread_ / kWarpSize; }

  template <class F>
  void each_lane(F f) const {
    f(thread_);
  }

  void barrier() const { team_.warps[static_cast<std::size_t>(index())]->arrive_and_wait(); }

  template <int kLanes, class Get, class Combine>
  void combine(Get get, Combine combine) const {
    auto& value = get(thread_);
    for (int offset = 1; offset < kLanes; offset *= 2) {
      const auto other = exchanged(value, thread_ ^ offset);
      value = (thread_ & offset) == 0 ? combine(value, other) : combine(other, value);
    }
  }

  template <class F>
  [[nodiscard]] std::uint32_t ballot(F f) const {
    team_.slots[static_cast<std::size_t>(thread_)] = f(thread_) ? 1 : 0;
    barrier();
    std::uint32_t mask = 0;
    for (int lane = 0; lane < kWarpSize; ++lane) {
      mask |= static_cast<std::uint32_t>(team_.slots[static_cast<std::size_t>(index() * kWarpSize + lane)])
              << lane;
    }
    barrier();
    return mask;
  }

  template <class Left, class Right, class Sums>
  void multiply(Left left, Right right, Sums sums) const {
    team_.left[static_cast<std::size_t>(thread_)] = left(thread_);
    team_.right[static_cast<std::size_t>(thread_)] = right(thread_);
    barrier();
    TensorOperands operands;
    for (int lane = 0; lane < kWarpSize; ++lane) {
      const auto other = static_cast<std::size_t>(index() * kWarpSize + lane);
      operands.take(lane, team_.left[other]);
      operands.take(lane, team_.right[other]);
    }
    operands.add_to(thread_ % kWarpSize, sums(thread_));
    barrier();
  }

 private:
  template <class T>
  T exchanged(const T& value, int with) const {
    static_assert(sizeof(T) <= sizeof(std::uint64_t));
    std::memcpy(&team_.slots[static_cast<std::size_t>(thread_)], &value, sizeof(T));
    barrier();
    T other;
    std::memcpy(&other, &team_.slots[static_cast<std::size_t>(with)], sizeof(T));
    barrier();
    return other;
  }

  ThreadTeam& team_;
  int thread_;
};

class ThreadedBlock {
 public:
  template <class T>
  class PerThread {
   public:
    T& operator[](int /*thread*/) { return value_; }

   private:
    T value_{};
  };

  ThreadedBlock(ThreadTeam& team, Grid index, int thread) : team_(team), index_(index), thread_(thread) {}

  [[nodiscard]] int x() const { return index_.x; }
  [[nodiscard]] int y() const { return index_.y; }
  [[nodiscard]] int z() const { return index_.z; }

  template <class T>
  [[nodiscard]] T* shared(std::size_t offset) const {
    return reinterpret_cast<T*>(reinterpret_cast<std::byte*>(team_.memory.data()) + offset);
  }
  template <class T>
  [[nodiscard]] PerThread<T> per_thread() const {
    return {};
  }
  template <class F>
  void each_thread(F f) const {
    f(thread_);
  }
  void barrier() const { team_.all.arrive_and_wait(); }
  template <class F>
  void each_warp(F f) const {
    f(ThreadedWarp(team_, thread_));
  }

  // A copy may arrive as early as here, which spoils what is there, and as late as when it is waited for.
  void copy_async(float* to, const float* from, bool is_there) {
    std::memset(to, 0xff, 16);
    copies_.back().push_back({to, from, is_there});
  }
  void commit_copies() { copies_.emplace_back(); }
  template <int kNewest>
  void wait_for_copies() {
    while (copies_.size() > kNewest + 1) {
      for (const Copy& copy : copies_.front()) {
        copy.is_there ? std::memcpy(copy.to, copy.from, 16) : std::memset(copy.to, 0, 16);
      }
      copies_.erase(copies_.begin());
    }
  }

 private:
  struct Copy {
    float* to;
    const float* from;
    bool is_there;
  };

  ThreadTeam& team_;
  Grid index_;
  int thread_;
  std::vector<std::vector<Copy>> copies_ = std::vector<std::vector<Copy>>(1);  // the last group is still open
};

// Runs every block of the grid, one after another.
template <class Program>
void run_on_threads(const Program& program, Grid grid, std::size_t shared_bytes) {
  ThreadTeam team(Program::kThreads, shared_bytes);
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < Program::kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int z = 0; z < grid.z; ++z) {
        for (int y = 0; y < grid.y; ++y) {
          for (int x = 0; x < grid.x; ++x) {
            ThreadedBlock block(team, {x, y, z}, thread);
            program(block);
            team.all.arrive_and_wait();  // shared memory is the next block's
          }
        }
      }
    });
  }
}

}  // namespace headsweep::stacked
