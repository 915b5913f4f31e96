// Multi-query associative recall (after Arora et al. 2023, arXiv 2312.04927, with the answers left out of the
// input): `pairs` key-value pairs side by side, then `queries` positions that each name a key; the target is
// its value. Keys come from the first half of the ids below SEP and differ, values from the second half.
// A key may be asked more than once.
//
// Payload: the pairs. Defaults: pairs = length / 3, or as many as there are keys; queries = all positions after
// the pairs. Positions that are left over hold SEP.
#pragma once

#include "tasks/sampler.h"

namespace headsweep::tasks {

class AssociativeRecall final : public Task {
 public:
  [[nodiscard]] std::string_view name() const override { return "associative_recall"; }
  [[nodiscard]] std::string_view meaning() const override {
    return "key-value pairs, then keys: name the value that stood beside each";
  }
  [[nodiscard]] std::string_view needs() const override {
    return "one key: the position of the value beside the key asked for";
  }
  [[nodiscard]] bool uses(Option option) const override {
    return option == Option::kPairs || option == Option::kQueries;
  }
  [[nodiscard]] std::optional<std::string> check(const TaskShape& shape) const override;
  [[nodiscard]] Sampler sampler() const override { return Sampler::kAssociativeRecall; }
  [[nodiscard]] double ceiling_accuracy(const TaskShape& shape) const override;
  // Any value.
  [[nodiscard]] double no_attention_accuracy(const TaskShape& shape) const override;
  // Among the values of the pairs.
  [[nodiscard]] double context_guess_accuracy(const TaskShape& shape) const override;
  [[nodiscard]] std::optional<std::int64_t> needed_key(const TaskShape& shape,
                                                       std::int64_t position) const override;
  void needed_keys(const TaskShape& shape, std::span<const std::int32_t> tokens,
                   std::span<std::int64_t> keys) const override;
};

}  // namespace headsweep::tasks
