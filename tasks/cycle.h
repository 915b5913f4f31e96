// Cycle (arXiv 2507.02944, there with shift 1): the sequence rotated to the right, y_i = x_{(i - shift) mod n},
// with loss everywhere. A causal model cannot know y_i for i < shift: it lies in the future of position i.
#pragma once

#include "tasks/sampler.h"

namespace headsweep::tasks {

class Cycle final : public Task {
 public:
  [[nodiscard]] std::string_view name() const override { return "cycle"; }
  [[nodiscard]] std::string_view meaning() const override {
    return "name the token `shift` positions back; the first positions: the last tokens, unknowable there";
  }
  [[nodiscard]] std::string_view needs() const override {
    return "the key `shift` positions back; the first `shift` targets can only be guessed";
  }
  [[nodiscard]] bool uses(Option option) const override { return option == Option::kShift; }
  [[nodiscard]] std::optional<std::string> check(const TaskShape& shape) const override;
  [[nodiscard]] Sampler sampler() const override { return Sampler::kCycle; }
  bool targets_of(const TaskShape& shape, std::span<const std::int32_t> tokens,
                  std::span<std::int32_t> targets) const override;
  // (n - s)/n + s/(n vocabulary): all positions but the first s = shift, and a guess at those.
  [[nodiscard]] double ceiling_accuracy(const TaskShape& shape) const override;
  // 1 for shift 0, which is copy.
  [[nodiscard]] double no_attention_accuracy(const TaskShape& shape) const override;
  // Among all tokens so far.
  [[nodiscard]] double context_guess_accuracy(const TaskShape& shape) const override;
  [[nodiscard]] std::optional<std::int64_t> needed_key(const TaskShape& shape,
                                                       std::int64_t position) const override;
};

}  // namespace headsweep::tasks
