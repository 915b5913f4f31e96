#include "tasks/induction.h"

#include <algorithm>

#include "tasks/distinct_tokens.h"
#include "tasks/split.h"

namespace headsweep::tasks {
namespace {

std::int64_t query_count(const TaskShape& shape) {
  return shape.queries == 0 ? (shape.length - 1) / 2 : shape.queries;
}

std::int64_t stream_length(const TaskShape& shape) {
  return shape.length - query_count(shape);
}

}  // namespace

std::optional<std::string> Induction::check(const TaskShape& shape) const {
  if (shape.length < 3) return "needs length >= 3";
  const std::int64_t most = (shape.length - 1) / 2;
  if (shape.queries < 0 || shape.queries > most) {
    return "needs queries from 1 to (length - 1) / 2 = " + std::to_string(most) + " (0: as many), not " +
           std::to_string(shape.queries);
  }
  const std::int64_t stream = stream_length(shape);
  if (shape.vocabulary < stream) {
    return "needs vocabulary >= " + std::to_string(stream) + ": the tokens of its stream differ";
  }
  return check_payloads(count_distinct_payloads(shape.vocabulary, stream));
}

void Induction::generate(const TaskShape& shape, std::uint32_t seed, Split split, std::uint64_t sample,
                         std::span<std::int32_t> tokens, std::span<std::int32_t> targets) const {
  const auto stream = tokens.first(static_cast<std::size_t>(stream_length(shape)));
  draw_distinct_tokens(seed, split, sample, shape.vocabulary, stream);
  std::ranges::fill(targets.first(stream.size()), kNoLoss);

  // Places in the stream first, then the tokens there.
  const auto queries = tokens.subspan(stream.size());
  Draws draws(seed, split, sample, DrawGroup::kQueries);
  choose_distinct(draws, std::ssize(stream) - 1, queries);
  for (std::size_t q = 0; q < queries.size(); ++q) {
    const auto place = static_cast<std::size_t>(queries[q]);
    queries[q] = stream[place];
    targets[stream.size() + q] = stream[place + 1];
  }
}

double Induction::ceiling_accuracy(const TaskShape& /*shape*/) const {
  return 1.0;
}

double Induction::no_attention_accuracy(const TaskShape& shape) const {
  return 1.0 / static_cast<double>(shape.vocabulary - 1);
}

double Induction::context_guess_accuracy(const TaskShape& shape) const {
  return 1.0 / static_cast<double>(stream_length(shape) - 1);
}

std::optional<std::int64_t> Induction::needed_key(const TaskShape& /*shape*/,
                                                  std::int64_t /*position*/) const {
  return std::nullopt;
}

void Induction::needed_keys(const TaskShape& shape, std::span<const std::int32_t> tokens,
                            std::span<std::int64_t> keys) const {
  std::ranges::fill(keys, kNoKey);
  const auto stream = tokens.first(static_cast<std::size_t>(stream_length(shape)));
  const auto with_successor = stream.first(stream.size() - 1);
  for (std::size_t i = stream.size(); i < tokens.size(); ++i) {
    const auto place = std::ranges::find(with_successor, tokens[i]);
    if (place != with_successor.end()) keys[i] = place - with_successor.begin() + 1;
  }
}

}  // namespace headsweep::tasks
