#include "tasks/separated.h"

#include <algorithm>

namespace headsweep::tasks {

SeparatedOutput::SeparatedOutput(const TaskShape& shape, std::int64_t payload, std::span<std::int32_t> tokens,
                                 std::span<std::int32_t> targets)
    : tokens_(tokens), targets_(targets), asked_(static_cast<std::size_t>(payload)) {
  std::ranges::fill(tokens.subspan(asked_), separator(shape));
  std::ranges::fill(targets, kNoLoss);
}

void SeparatedOutput::append(std::int32_t token) {
  targets_[asked_++] = token;
  if (asked_ < tokens_.size()) tokens_[asked_] = token;
}

}  // namespace headsweep::tasks
