// Where the programs of a stacked update run: here on the host. cuda_runtime.cuh is its twin.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "worker/stacked/host_block.h"
#include "worker/stacked/trial_rows.h"

namespace headsweep::stacked {

class HostRuntime {
 public:
  // Zeroed memory with equal room for every trial, each on a boundary of 16 bytes.
  template <class T>
  class Buffer {
   public:
    Buffer() = default;
    Buffer(std::size_t trials, std::int64_t count)
        : stride_((count + 15) / 16 * 16),
          elements_(trials * static_cast<std::size_t>(stride_) + 16 / sizeof(T)) {}

    [[nodiscard]] PerTrial<T> get() { return {aligned(), stride_}; }

   private:
    T* aligned() {
      const auto address = reinterpret_cast<std::uintptr_t>(elements_.data());
      return elements_.data() + (16 - address % 16) % 16 / sizeof(T);
    }

    std::int64_t stride_ = 0;
    std::vector<T> elements_;
  };

  template <class T>
  static void upload(T* to, const T* from, std::size_t count) {
    std::copy_n(from, count, to);
  }
  template <class T>
  static void download(T* to, const T* from, std::size_t count) {
    std::copy_n(from, count, to);
  }

  template <class Program>
  static void launch(const Program& program, Grid grid, std::size_t shared_bytes) {
    run_on_host(program, grid, shared_bytes);
  }

  // What `launches` launches needs what was launched before, and may run beside what is launched after, until branches
  // are joined. Branches have numbers from 0 to kBranches - 1; each runs in order.
  static constexpr int kBranches = 8;
  template <class Launches>
  static void on_branch(int /*branch*/, Launches launches) {
    launches();
  }
  // What is launched after this needs branches first .. last - 1.
  static void join_branches(int /*first*/, int /*last*/) {}

  // Calls `launches`, which launches programs, `times` times. Equal keys: equal launches.
  template <class Launches>
  static void repeat(const std::vector<std::int64_t>& /*key*/, std::int64_t times, Launches launches) {
    for (std::int64_t i = 0; i < times; ++i) launches();
  }

  static void finish() {}
};

}  // namespace headsweep::stacked
