// Counter-based random numbers (Philox4x32-10, Salmon et al. 2011, library Random123).
//
// Every random decision of a trial is a pure function of (seed, purpose, where it is used). There is no
// generator state, so packing, restarts, thread and worker counts cannot change what a trial is.
//
// Layout: key = {seed, purpose}; counter = {index low, index high, b, a}. What `a`, `b` and `index` mean is
// said beside each purpose. Adding a purpose is safe; changing one changes results of every trial.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <Random123/philox.h>

#include "random/host_device.h"

namespace headsweep::random {

enum class Purpose : std::uint32_t {
  kInitialWeights = 1,  // a, b: high and low half of the tensor name's hash; index: element / numbers a block
  kTrainingTokens = 2,  // a: draw group of the task; index: sample << 16 | block within the sample
  kHeldOutTokens = 3,   // as kTrainingTokens
  kEpochOrder = 4,      // a: epoch; index: position / 4
  kAttentionDropout =
      5,  // a: step; b: layer << 16 | head; index: (row * length + query) * ceil(length / 8) + key / 8
  kMlpDropout = 6,  // a: step; b: layer; index: element of the [batch, length, width] activation / 8
  kPermutedNull =
      7,  // a: layer << 16 | head; b: draw; index: (sequence * length + row) * length + element / 4
  kSharedInitialWeights = 8,  // as kInitialWeights; the elements are those of one head's rows
  kInitialWeightSharing = 9,  // as kInitialWeights: whether an element is the one that all heads share
  // a: head; b: query; index: draw / 4. A key that needs a later query draws it at b: key, index: 2^32.
  kGraphEdges = 0x47726170,
  kSignFlips = 0x666c6970,        // of tests above a number of pairs. a: pairs; index: byte / 16
  kMonteCarloWalks = 0x62656e63,  // of a benchmark. a: start; b: walk; index: step / 4
};

using Block = std::array<std::uint32_t, 4>;

// 128 random bits for one place. Pure, thread-safe, about 10 ns.
HEADSWEEP_HOST_DEVICE inline Block random_block(std::uint32_t seed, Purpose purpose, std::uint32_t a, std::uint32_t b,
                          std::uint64_t index) {
  const r123::Philox4x32::ctr_type counter = {
      {static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32), b, a}};
  const r123::Philox4x32::key_type key = {{seed, static_cast<std::uint32_t>(purpose)}};
  const auto bits = r123::Philox4x32{}(counter, key);
  return {bits[0], bits[1], bits[2], bits[3]};
}

// Uniform integer in [0, bound) by multiply-and-shift; the bias is below bound / 2^32.
HEADSWEEP_HOST_DEVICE inline std::uint32_t uniform_below(std::uint32_t bits, std::uint32_t bound) {
  return static_cast<std::uint32_t>((std::uint64_t{bits} * bound) >> 32);
}

// Uniform in (0, 1): the midpoints of 2^32 equal cells, so that log() of it is finite.
inline double uniform_open(std::uint32_t bits) {
  return (static_cast<double>(bits) + 0.5) * 0x1p-32;
}

// 64-bit FNV-1a of a tensor's name: the stable number behind Purpose::kInitialWeights.
inline std::uint64_t name_hash(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

}  // namespace headsweep::random
