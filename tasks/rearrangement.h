// Tasks `x SEP y` whose outputs are tokens of x at places that do not depend on the content: reverse, duplicate,
// left shift and the true cyclic shift.
//
// Payload: x, length / 2 tokens (duplicate: length / 3), independent and uniform over the ids below SEP.
#pragma once

#include "tasks/sampler.h"

namespace headsweep::tasks {

// Of one of the four rules (rearrangement_sample.h).
struct Rearrangement {
  Sampler sampler;
  std::string_view name;
  std::string_view meaning;
  std::string_view needs;
  bool uses_shift;
};

extern const Rearrangement kReverse;      // y = x backwards
extern const Rearrangement kDuplicate;    // y = x x (as in Deletang et al. 2022, arXiv 2207.02098)
extern const Rearrangement kLeftShift;    // y_k = x_{k + shift}: the first `shift` tokens are lost
extern const Rearrangement kCyclicShift;  // y_k = x_{(k - shift) mod m}: what cycle asks for, knowable here

class RearrangementTask final : public Task {
 public:
  explicit RearrangementTask(const Rearrangement& rule) : rule_(rule) {}

  [[nodiscard]] std::string_view name() const override { return rule_.name; }
  [[nodiscard]] std::string_view meaning() const override { return rule_.meaning; }
  [[nodiscard]] std::string_view needs() const override { return rule_.needs; }
  [[nodiscard]] bool uses(Option option) const override {
    return rule_.uses_shift && option == Option::kShift;
  }
  [[nodiscard]] std::optional<std::string> check(const TaskShape& shape) const override;
  [[nodiscard]] Sampler sampler() const override { return rule_.sampler; }
  [[nodiscard]] double ceiling_accuracy(const TaskShape& shape) const override;
  // Any id but SEP.
  [[nodiscard]] double no_attention_accuracy(const TaskShape& shape) const override;
  // Among the tokens of x.
  [[nodiscard]] double context_guess_accuracy(const TaskShape& shape) const override;
  // The place in x. Nothing for the second half of duplicate: the first half of y shows the same tokens.
  [[nodiscard]] std::optional<std::int64_t> needed_key(const TaskShape& shape,
                                                       std::int64_t position) const override;

 private:
  const Rearrangement& rule_;
};

}  // namespace headsweep::tasks
