// How many threads LibTorch's operations take.
#pragma once

#include <cstdint>

#include <ATen/Parallel.h>

namespace headsweep::trainer {

// That many while this lives, then as many as before. Of the calling thread's operations; results of sums and products
// may depend on it in their last bits.
class LibTorchThreads {
 public:
  explicit LibTorchThreads(std::int64_t threads) : before_(at::get_num_threads()) {
    at::set_num_threads(static_cast<int>(threads));
  }
  ~LibTorchThreads() { at::set_num_threads(before_); }
  LibTorchThreads(const LibTorchThreads&) = delete;
  LibTorchThreads& operator=(const LibTorchThreads&) = delete;

 private:
  int before_;
};

}  // namespace headsweep::trainer
