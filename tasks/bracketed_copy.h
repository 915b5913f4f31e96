// Bracketed copy: `x SEP y`, x a row of data with one pair of brackets around 1 to length / 3 tokens, y what
// stands between the brackets and then the closing one. How far away and how long it is must be read from x.
//
// Ids: SEP the last, ] and [ the two before, data all others. Payload: x, all but length / 3 + 1 positions;
// every place and length of the brackets is equally likely, data independent and uniform.
#pragma once

#include "tasks/sampler.h"

namespace headsweep::tasks {

class BracketedCopy final : public Task {
 public:
  [[nodiscard]] std::string_view name() const override { return "bracketed_copy"; }
  [[nodiscard]] std::string_view meaning() const override {
    return "x SEP y: what stands between the brackets in x, and the closing one";
  }
  [[nodiscard]] std::string_view needs() const override {
    return "one key: the place in x counted from the opening bracket";
  }
  [[nodiscard]] std::optional<std::string> check(const TaskShape& shape) const override;
  [[nodiscard]] Sampler sampler() const override { return Sampler::kBracketedCopy; }
  [[nodiscard]] double ceiling_accuracy(const TaskShape& shape) const override;
  // Guesses the closing bracket where it is likelier than one data id, else any data id.
  [[nodiscard]] double no_attention_accuracy(const TaskShape& shape) const override;
  // Among the tokens of x but the opening bracket.
  [[nodiscard]] double context_guess_accuracy(const TaskShape& shape) const override;
  [[nodiscard]] std::optional<std::int64_t> needed_key(const TaskShape& shape,
                                                       std::int64_t position) const override;
  void needed_keys(const TaskShape& shape, std::span<const std::int32_t> tokens,
                   std::span<std::int64_t> keys) const override;
};

}  // namespace headsweep::tasks
