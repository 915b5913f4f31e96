// Copy (arXiv 2507.02944): the target of every position is the token at that position. A model without any
// attention solves it, so it says nothing about what attention must do.
#pragma once

#include "tasks/sampler.h"

namespace headsweep::tasks {

class Copy final : public Task {
 public:
  [[nodiscard]] std::string_view name() const override { return "copy"; }
  [[nodiscard]] std::string_view meaning() const override {
    return "repeat the token at each position (no attention needed)";
  }
  [[nodiscard]] std::string_view needs() const override {
    return "nothing of the past: its own token, so no attention";
  }
  [[nodiscard]] std::optional<std::string> check(const TaskShape& shape) const override;
  [[nodiscard]] Sampler sampler() const override { return Sampler::kCopy; }
  bool targets_of(const TaskShape& shape, std::span<const std::int32_t> tokens,
                  std::span<std::int32_t> targets) const override;
  [[nodiscard]] double ceiling_accuracy(const TaskShape& shape) const override;
  [[nodiscard]] double no_attention_accuracy(const TaskShape& shape) const override;
  // Among all tokens so far.
  [[nodiscard]] double context_guess_accuracy(const TaskShape& shape) const override;
  [[nodiscard]] std::optional<std::int64_t> needed_key(const TaskShape& shape,
                                                       std::int64_t position) const override;
};

}  // namespace headsweep::tasks
