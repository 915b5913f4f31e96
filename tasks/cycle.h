// Cycle (arXiv 2507.02944): the sequence shifted by one, y_i = x_{i-1}, and y_0 = x_{n-1}, which a causal
// model cannot know: it lies in the future of position 0.
#pragma once

#include "tasks/task.h"

namespace headsweep::tasks {

class Cycle final : public Task {
 public:
  [[nodiscard]] std::string_view name() const override { return "cycle"; }
  [[nodiscard]] std::string_view meaning() const override {
    return "name the token one position back; position 0: the last one";
  }
  [[nodiscard]] std::optional<std::string> check(const TaskShape& shape) const override;
  void generate(const TaskShape& shape, std::uint32_t seed, Split split, std::uint64_t sample,
                std::span<std::int32_t> tokens, std::span<std::int32_t> targets) const override;
  [[nodiscard]] double chance_accuracy(const TaskShape& shape) const override;
  // (n-1)/n + 1/(n vocabulary): all positions but the first, and a guess there.
  [[nodiscard]] double ceiling_accuracy(const TaskShape& shape) const override;
  [[nodiscard]] std::optional<std::int64_t> needed_key(const TaskShape& shape,
                                                       std::int64_t position) const override;
};

}  // namespace headsweep::tasks
