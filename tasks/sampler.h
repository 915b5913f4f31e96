// What writes the samples of each task: plain numbers and memory, so that a GPU's kernel draws what a CPU draws, by the
// same code. Task::generate() and worker/stacked/draw_samples.h are its callers; write_sample.h chooses by Sampler.
#pragma once

#include <cstdint>
#include <span>

#include "tasks/task.h"

namespace headsweep::tasks {

// How the samples of a task are written: one for every task.
enum class Sampler : std::uint8_t {
  kCopy,
  kShift,
  kCycle,
  kPrefixParity,
  kInduction,
  kAssociativeRecall,
  kSelectiveCopy,
  kReverse,
  kSort,
  kDuplicate,
  kLeftShift,
  kCyclicShift,
  kBracketedCopy,
};

// Which sample.
struct SampleKey {
  std::uint32_t seed;
  Split split;
  std::uint64_t sample;  // < 2^48
};

// Where it is written, and what writing it needs beside.
struct SampleRoom {
  std::span<std::int32_t> tokens;   // [length]
  std::span<std::int32_t> targets;  // [length]
  std::span<std::int32_t> ids;      // [ids_needed()], of any content before and after
};

}  // namespace headsweep::tasks
