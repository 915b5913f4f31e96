// Prefix parity: tokens are bits (ids 0 and 1, whatever the vocabulary); the target of position i is
// (x_0 + ... + x_i) mod 2.
#pragma once

#include "tasks/sampler.h"

namespace headsweep::tasks {

class PrefixParity final : public Task {
 public:
  [[nodiscard]] std::string_view name() const override { return "prefix_parity"; }
  [[nodiscard]] std::string_view meaning() const override {
    return "say whether the ones so far are odd in number (tokens are bits)";
  }
  [[nodiscard]] std::string_view needs() const override { return "all keys so far; no single one"; }
  [[nodiscard]] std::optional<std::string> check(const TaskShape& shape) const override;
  [[nodiscard]] Sampler sampler() const override { return Sampler::kPrefixParity; }
  [[nodiscard]] double ceiling_accuracy(const TaskShape& shape) const override;
  // Position 0 knows its target; for all others it is a coin toss.
  [[nodiscard]] double no_attention_accuracy(const TaskShape& shape) const override;
  // Among all tokens so far: the same number.
  [[nodiscard]] double context_guess_accuracy(const TaskShape& shape) const override;
  // Nothing, also for position 0, which needs its own token alone: one trivial position is no measure of
  // what the others need.
  [[nodiscard]] std::optional<std::int64_t> needed_key(const TaskShape& shape,
                                                       std::int64_t position) const override;
};

}  // namespace headsweep::tasks
