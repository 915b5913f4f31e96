// Induction (after Olsson et al. 2022, arXiv 2209.11895): a stream of different tokens, then `queries`
// positions that each repeat another token of the stream, in random order. The target of a query is the token
// that followed its own in the stream. Random order leaves no fixed distance to learn instead.
//
// Payload: the stream, length - queries tokens. Default: queries = (length - 1) / 2, as many as the stream has
// tokens with a successor.
#pragma once

#include "tasks/sampler.h"

namespace headsweep::tasks {

class Induction final : public Task {
 public:
  [[nodiscard]] std::string_view name() const override { return "induction"; }
  [[nodiscard]] std::string_view meaning() const override {
    return "each query repeats a token of the stream: name the one that followed it there";
  }
  [[nodiscard]] std::string_view needs() const override {
    return "one key: the position after the token's first occurrence";
  }
  [[nodiscard]] bool uses(Option option) const override { return option == Option::kQueries; }
  [[nodiscard]] std::optional<std::string> check(const TaskShape& shape) const override;
  [[nodiscard]] Sampler sampler() const override { return Sampler::kInduction; }
  [[nodiscard]] double ceiling_accuracy(const TaskShape& shape) const override;
  // Any id but the token's own.
  [[nodiscard]] double no_attention_accuracy(const TaskShape& shape) const override;
  // Among the tokens of the stream that follow another.
  [[nodiscard]] double context_guess_accuracy(const TaskShape& shape) const override;
  [[nodiscard]] std::optional<std::int64_t> needed_key(const TaskShape& shape,
                                                       std::int64_t position) const override;
  void needed_keys(const TaskShape& shape, std::span<const std::int32_t> tokens,
                   std::span<std::int64_t> keys) const override;
};

}  // namespace headsweep::tasks
