// Products of a warp on tensor cores: sums += left right, of 16 x 8 and 8 x 8 numbers that are rounded to TF32 first (10
// bits behind the point, to nearest, ties away from zero), added up in float32. PTX: mma.sync.m16n8k8 with .tf32.
//
// On the host the eight products of a sum are added in the order of the depth. A GPU's order within one instruction is its
// own; that of the instructions is the program's, and both depend on nothing but the sizes.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "random/host_device.h"

namespace headsweep::stacked {

inline constexpr int kTensorRows = 16;
inline constexpr int kTensorColumns = 8;
inline constexpr int kTensorDepth = 8;

// What a lane holds (PTX ISA, "Matrix fragments for mma.m16n8k8", .tf32). i counts the members.
struct TensorLeft {
  float of[4];  // row lane / 4 + i % 2 * 8, depth lane % 4 + i / 2 * 4
};
struct TensorRight {
  float of[2];  // depth lane % 4 + i * 4, column lane / 4
};
struct TensorSums {
  float of[4];  // row lane / 4 + i / 2 * 8, column lane % 4 * 2 + i % 2
};

HEADSWEEP_HOST_DEVICE inline float round_to_tf32(float value) {
#ifdef __CUDA_ARCH__
  std::uint32_t bits = 0;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(value));
  return __uint_as_float(bits);
#else
  if (!std::isfinite(value)) return value;
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof(bits));
  constexpr std::uint32_t kDropped = 0x1fff;
  bits = (bits + (kDropped + 1) / 2) & ~kDropped;
  std::memcpy(&value, &bits, sizeof(bits));
  return value;
#endif
}

// What the lanes of a warp hand in, put together: the host's form of the instruction.
struct TensorOperands {
  float left[kTensorRows][kTensorDepth];
  float right[kTensorDepth][kTensorColumns];

  void take(int lane, const TensorLeft& of_lane) {
    for (int i = 0; i < 4; ++i) left[lane / 4 + i % 2 * 8][lane % 4 + i / 2 * 4] = of_lane.of[i];
  }
  void take(int lane, const TensorRight& of_lane) {
    for (int i = 0; i < 2; ++i) right[lane % 4 + i * 4][lane / 4] = of_lane.of[i];
  }
  void add_to(int lane, TensorSums& sums) const {
    for (int i = 0; i < 4; ++i) {
      for (int depth = 0; depth < kTensorDepth; ++depth) {
        sums.of[i] += left[lane / 4 + i / 2 * 8][depth] * right[depth][lane % 4 * 2 + i % 2];
      }
    }
  }
};

}  // namespace headsweep::stacked
