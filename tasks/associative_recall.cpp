#include "tasks/associative_recall.h"

#include <algorithm>

#include "tasks/context_guess.h"
#include "tasks/recall_sample.h"
#include "tasks/uniform_tokens.h"

namespace headsweep::tasks {

std::optional<std::string> AssociativeRecall::check(const TaskShape& shape) const {
  if (shape.length < 3 || shape.vocabulary < 5) return "needs length >= 3 and vocabulary >= 5";
  if (shape.pairs < 0 || shape.queries < 0) return "needs pairs >= 0 and queries >= 0 (0: as many as fit)";
  const RecallLayout layout = recall_layout(shape);
  if (layout.pairs < 1 || layout.queries < 1 || 2 * layout.pairs + layout.queries > shape.length) {
    return "needs 2 pairs + queries <= length, at least one of each (pairs = " +
           std::to_string(layout.pairs) + ", queries = " + std::to_string(layout.queries) + ")";
  }
  if (layout.pairs > layout.key_ids) {
    return "needs vocabulary >= " + std::to_string(2 * layout.pairs + 1) + " for " +
           std::to_string(layout.pairs) + " pairs: their keys differ";
  }
  return check_payloads(count_distinct_payloads(layout.key_ids, layout.pairs) *
                        count_uniform_payloads(layout.value_ids, layout.pairs));
}

double AssociativeRecall::ceiling_accuracy(const TaskShape& /*shape*/) const {
  return 1.0;
}

double AssociativeRecall::no_attention_accuracy(const TaskShape& shape) const {
  return 1.0 / static_cast<double>(recall_layout(shape).value_ids);
}

double AssociativeRecall::context_guess_accuracy(const TaskShape& shape) const {
  const RecallLayout layout = recall_layout(shape);
  return place_guess(layout.pairs, layout.value_ids);
}

std::optional<std::int64_t> AssociativeRecall::needed_key(const TaskShape& /*shape*/,
                                                          std::int64_t /*position*/) const {
  return std::nullopt;
}

void AssociativeRecall::needed_keys(const TaskShape& shape, std::span<const std::int32_t> tokens,
                                    std::span<std::int64_t> keys) const {
  std::ranges::fill(keys, kNoKey);
  const RecallLayout layout = recall_layout(shape);
  for (std::int64_t q = 0; q < layout.queries; ++q) {
    const auto query = static_cast<std::size_t>(layout.first_query() + q);
    for (std::int64_t place = 0; place < layout.first_query(); place += 2) {
      if (tokens[static_cast<std::size_t>(place)] == tokens[query]) keys[query] = place + 1;
    }
  }
}

}  // namespace headsweep::tasks
