// Shift: the target of position i is the token `shift` positions back; positions i < shift carry no loss.
#pragma once

#include "tasks/sampler.h"

namespace headsweep::tasks {

class Shift final : public Task {
 public:
  [[nodiscard]] std::string_view name() const override { return "shift"; }
  [[nodiscard]] std::string_view meaning() const override {
    return "name the token `shift` positions back; no loss before there is one";
  }
  [[nodiscard]] std::string_view needs() const override { return "the key `shift` positions back"; }
  [[nodiscard]] bool uses(Option option) const override { return option == Option::kShift; }
  [[nodiscard]] std::optional<std::string> check(const TaskShape& shape) const override;
  [[nodiscard]] Sampler sampler() const override { return Sampler::kShift; }
  bool targets_of(const TaskShape& shape, std::span<const std::int32_t> tokens,
                  std::span<std::int32_t> targets) const override;
  [[nodiscard]] double ceiling_accuracy(const TaskShape& shape) const override;
  // 1 for shift 0, which is copy.
  [[nodiscard]] double no_attention_accuracy(const TaskShape& shape) const override;
  // Among all tokens so far.
  [[nodiscard]] double context_guess_accuracy(const TaskShape& shape) const override;
  [[nodiscard]] std::optional<std::int64_t> needed_key(const TaskShape& shape,
                                                       std::int64_t position) const override;
};

}  // namespace headsweep::tasks
