// Scalar and four-wide float32 arithmetic of the programs, on host and GPU.
#pragma once

#include <cmath>
#include <cstdint>

#include "random/host_device.h"

#ifdef __CUDA_ARCH__
#define HEADSWEEP_UNROLL _Pragma("unroll")
#define HEADSWEEP_UNROLL_TWICE _Pragma("unroll 2")
#else
#define HEADSWEEP_UNROLL
#define HEADSWEEP_UNROLL_TWICE
#endif

namespace headsweep::stacked {

inline constexpr int kWarpSize = 32;

// 8 or 16 bytes, at a multiple of that: one load or store.
template <int kCount>
struct alignas(kCount * sizeof(float)) Floats {
  float of[kCount];
};
using Four = Floats<4>;

template <int kCount>
HEADSWEEP_HOST_DEVICE Floats<kCount> load(const float* from) {
  return *reinterpret_cast<const Floats<kCount>*>(from);
}
template <int kCount>
HEADSWEEP_HOST_DEVICE void store(float* to, const Floats<kCount>& values) {
  *reinterpret_cast<Floats<kCount>*>(to) = values;
}
HEADSWEEP_HOST_DEVICE inline Four load_four(const float* from) {
  return load<4>(from);
}
HEADSWEEP_HOST_DEVICE inline void store_four(float* to, const Four& values) {
  store(to, values);
}

// a b + c; rounded once on a GPU.
HEADSWEEP_HOST_DEVICE inline float multiply_add(float a, float b, float c) {
#ifdef __CUDA_ARCH__
  return __fmaf_rn(a, b, c);
#else
  return a * b + c;
#endif
}

// 2^x for x <= 0, relative error below 2^-21; 0 for very small x. The GPU's own instruction there.
HEADSWEEP_HOST_DEVICE inline float exp2_fast(float x) {
#ifdef __CUDA_ARCH__
  float result;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x));
  return result;
#else
  return std::exp2(x);
#endif
}

HEADSWEEP_HOST_DEVICE inline float larger(float a, float b) {
  return a > b ? a : b;
}
HEADSWEEP_HOST_DEVICE inline int smaller(int a, int b) {
  return a < b ? a : b;
}

HEADSWEEP_HOST_DEVICE constexpr int divide_up(int count, int by) {
  return (count + by - 1) / by;
}
HEADSWEEP_HOST_DEVICE constexpr int round_up(int count, int to) {
  return divide_up(count, to) * to;
}

struct Add {
  template <class T>
  HEADSWEEP_HOST_DEVICE T operator()(T a, T b) const {
    return a + b;
  }
};
struct Maximum {
  HEADSWEEP_HOST_DEVICE float operator()(float a, float b) const { return larger(a, b); }
};
struct Minimum {
  HEADSWEEP_HOST_DEVICE int operator()(int a, int b) const { return smaller(a, b); }
};

}  // namespace headsweep::stacked
