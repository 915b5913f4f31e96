// Sort: `x SEP y`, y the tokens of x in increasing order of their ids.
//
// Payload: x, length / 2 different ids below SEP (different, so that every output has one place in x).
#pragma once

#include "tasks/sampler.h"

namespace headsweep::tasks {

class Sort final : public Task {
 public:
  [[nodiscard]] std::string_view name() const override { return "sort"; }
  [[nodiscard]] std::string_view meaning() const override {
    return "x SEP y: the tokens of x, which differ, by increasing id";
  }
  [[nodiscard]] std::string_view needs() const override {
    return "one key: the place in x of the next larger token";
  }
  [[nodiscard]] std::optional<std::string> check(const TaskShape& shape) const override;
  [[nodiscard]] Sampler sampler() const override { return Sampler::kSort; }
  [[nodiscard]] double ceiling_accuracy(const TaskShape& shape) const override;
  // Guesses the smallest id at SEP and the next id elsewhere; each is in x with chance m / (vocabulary - 1),
  // m = |x|: P(y_k = v, y_{k+1} = w) = C(v, k) C(ids - 1 - w, m - k - 2) / C(ids, m) is largest at w = v + 1,
  // and its sum over v is C(ids - 1, m - 1) / C(ids, m) = m / ids.
  [[nodiscard]] double no_attention_accuracy(const TaskShape& shape) const override;
  // Among the tokens of x.
  [[nodiscard]] double context_guess_accuracy(const TaskShape& shape) const override;
  [[nodiscard]] std::optional<std::int64_t> needed_key(const TaskShape& shape,
                                                       std::int64_t position) const override;
  void needed_keys(const TaskShape& shape, std::span<const std::int32_t> tokens,
                   std::span<std::int64_t> keys) const override;
};

}  // namespace headsweep::tasks
