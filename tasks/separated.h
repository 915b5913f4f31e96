// The form `x SEP y` with teacher forcing, for what a causal model cannot do in place because a target would
// lie in the future of its position.
//
// Position m = |x| holds SEP, position m + 1 + k holds y_k, and the target of position m + k is y_k: each output
// is asked for one position before it is shown. Positions after the last output hold SEP and carry no loss.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "random/host_device.h"
#include "tasks/task.h"

namespace headsweep::tasks {

HEADSWEEP_HOST_DEVICE inline std::int32_t separator(const TaskShape& shape) {
  return static_cast<std::int32_t>(shape.vocabulary - 1);
}

// Writes everything but x: SEP and no loss at first, then one output after the other.
class SeparatedOutput {
 public:
  // tokens begins with the `payload` tokens of x, which stay as they are.
  HEADSWEEP_HOST_DEVICE SeparatedOutput(const TaskShape& shape, std::int64_t payload,
                                        std::span<std::int32_t> tokens, std::span<std::int32_t> targets)
      : tokens_(tokens), targets_(targets), asked_(static_cast<std::size_t>(payload)) {
    for (std::size_t i = asked_; i < tokens.size(); ++i) tokens[i] = separator(shape);
    for (std::int32_t& target : targets) target = kNoLoss;
  }

  // Appends y_k. Requires payload + k < length.
  HEADSWEEP_HOST_DEVICE void append(std::int32_t token) {
    targets_[asked_++] = token;
    if (asked_ < tokens_.size()) tokens_[asked_] = token;
  }

 private:
  std::span<std::int32_t> tokens_;
  std::span<std::int32_t> targets_;
  std::size_t asked_;  // position of the next target
};

}  // namespace headsweep::tasks
