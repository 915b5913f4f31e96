// Selective copy (after Jing et al. 2019, arXiv 1706.02761, and Gu and Dao 2023, arXiv 2312.00752): `queries`
// data tokens scattered among fillers, then as many query positions, all SEP; the target of query k is the
// k-th data token. No answer is in the input, so the query must count.
//
// Ids: SEP the last, the filler the one before, data all others. Payload: the length - queries positions before
// the queries. Default: queries = length / 4.
#pragma once

#include "tasks/sampler.h"

namespace headsweep::tasks {

class SelectiveCopy final : public Task {
 public:
  [[nodiscard]] std::string_view name() const override { return "selective_copy"; }
  [[nodiscard]] std::string_view meaning() const override {
    return "data tokens scattered among fillers: name them in their order";
  }
  [[nodiscard]] std::string_view needs() const override {
    return "one key: the position of the k-th data token for query k";
  }
  [[nodiscard]] bool uses(Option option) const override { return option == Option::kQueries; }
  [[nodiscard]] std::optional<std::string> check(const TaskShape& shape) const override;
  [[nodiscard]] Sampler sampler() const override { return Sampler::kSelectiveCopy; }
  [[nodiscard]] double ceiling_accuracy(const TaskShape& shape) const override;
  // Any data id.
  [[nodiscard]] double no_attention_accuracy(const TaskShape& shape) const override;
  // Among the data tokens.
  [[nodiscard]] double context_guess_accuracy(const TaskShape& shape) const override;
  [[nodiscard]] std::optional<std::int64_t> needed_key(const TaskShape& shape,
                                                       std::int64_t position) const override;
  void needed_keys(const TaskShape& shape, std::span<const std::int32_t> tokens,
                   std::span<std::int64_t> keys) const override;
};

}  // namespace headsweep::tasks
