// Zeroed float32 memory that begins on a cache line, where no vector load of a row crosses one.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <span>

namespace headsweep::fused {

class AlignedFloats {
 public:
  AlignedFloats() = default;
  explicit AlignedFloats(std::size_t size)
      : size_(size), data_(static_cast<float*>(::operator new(size * sizeof(float), kAlignment))) {
    clear();
  }

  void clear() {
    for (std::size_t i = 0; i < size_; ++i) data_[i] = 0;
  }

  [[nodiscard]] float* data() { return data_.get(); }
  [[nodiscard]] const float* data() const { return data_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  float& operator[](std::size_t i) { return data_[i]; }
  float operator[](std::size_t i) const { return data_[i]; }

 private:
  static constexpr std::align_val_t kAlignment{64};
  struct Free {
    void operator()(float* memory) const { ::operator delete(memory, kAlignment); }
  };

  std::size_t size_ = 0;
  std::unique_ptr<float[], Free> data_;
};

}  // namespace headsweep::fused
