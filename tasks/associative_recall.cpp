#include "tasks/associative_recall.h"

#include <algorithm>

#include "tasks/context_guess.h"
#include "tasks/distinct_tokens.h"
#include "tasks/payload.h"
#include "tasks/uniform_tokens.h"

namespace headsweep::tasks {
namespace {

// How the ids and the positions of one shape are divided.
struct Layout {
  std::int64_t key_ids;    // 0 ... key_ids - 1
  std::int64_t value_ids;  // key_ids ... key_ids + value_ids - 1
  std::int64_t pairs;
  std::int64_t queries;

  [[nodiscard]] std::int64_t first_query() const { return 2 * pairs; }
};

Layout layout_of(const TaskShape& shape) {
  const std::int64_t key_ids = (shape.vocabulary - 1) / 2;
  const std::int64_t fitting = shape.queries == 0 ? shape.length / 3 : (shape.length - shape.queries) / 2;
  const std::int64_t pairs = shape.pairs == 0 ? std::min(fitting, key_ids) : shape.pairs;
  const std::int64_t queries = shape.queries == 0 ? shape.length - 2 * pairs : shape.queries;
  return {key_ids, shape.vocabulary - 1 - key_ids, pairs, queries};
}

void draw_pairs(Draws& draws, const Layout& layout, std::span<std::int32_t> payload) {
  // Keys first into the front half, then each to its place, from the last on.
  const auto pairs = static_cast<std::size_t>(layout.pairs);
  choose_distinct(draws, layout.key_ids, payload.first(pairs));
  for (std::size_t p = pairs; p-- > 0;) payload[2 * p] = payload[p];
  for (std::size_t p = 0; p < pairs; ++p) {
    payload[2 * p + 1] = static_cast<std::int32_t>(layout.key_ids) + draws.below(layout.value_ids);
  }
}

}  // namespace

std::optional<std::string> AssociativeRecall::check(const TaskShape& shape) const {
  if (shape.length < 3 || shape.vocabulary < 5) return "needs length >= 3 and vocabulary >= 5";
  if (shape.pairs < 0 || shape.queries < 0) return "needs pairs >= 0 and queries >= 0 (0: as many as fit)";
  const Layout layout = layout_of(shape);
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

void AssociativeRecall::generate(const TaskShape& shape, std::uint32_t seed, Split split,
                                 std::uint64_t sample, std::span<std::int32_t> tokens,
                                 std::span<std::int32_t> targets) const {
  const Layout layout = layout_of(shape);
  std::ranges::fill(tokens, static_cast<std::int32_t>(shape.vocabulary - 1));
  std::ranges::fill(targets, kNoLoss);
  const auto first_query = static_cast<std::size_t>(layout.first_query());
  draw_payload(
      seed, split, sample, DrawGroup::kRecallPairs, tokens.first(first_query),
      [&layout](Draws& draws, std::span<std::int32_t> payload) { draw_pairs(draws, layout, payload); });
  Draws draws(seed, split, sample, DrawGroup::kQueries);
  for (std::size_t q = 0; q < static_cast<std::size_t>(layout.queries); ++q) {
    const auto pair = static_cast<std::size_t>(draws.below(layout.pairs));
    tokens[first_query + q] = tokens[2 * pair];
    targets[first_query + q] = tokens[2 * pair + 1];
  }
}

double AssociativeRecall::ceiling_accuracy(const TaskShape& /*shape*/) const {
  return 1.0;
}

double AssociativeRecall::no_attention_accuracy(const TaskShape& shape) const {
  return 1.0 / static_cast<double>(layout_of(shape).value_ids);
}

double AssociativeRecall::context_guess_accuracy(const TaskShape& shape) const {
  const Layout layout = layout_of(shape);
  return place_guess(layout.pairs, layout.value_ids);
}

std::optional<std::int64_t> AssociativeRecall::needed_key(const TaskShape& /*shape*/,
                                                          std::int64_t /*position*/) const {
  return std::nullopt;
}

void AssociativeRecall::needed_keys(const TaskShape& shape, std::span<const std::int32_t> tokens,
                                    std::span<std::int64_t> keys) const {
  std::ranges::fill(keys, kNoKey);
  const Layout layout = layout_of(shape);
  for (std::int64_t q = 0; q < layout.queries; ++q) {
    const auto query = static_cast<std::size_t>(layout.first_query() + q);
    for (std::int64_t place = 0; place < layout.first_query(); place += 2) {
      if (tokens[static_cast<std::size_t>(place)] == tokens[query]) keys[query] = place + 1;
    }
  }
}

}  // namespace headsweep::tasks
