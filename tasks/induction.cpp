#include "tasks/induction.h"

#include <algorithm>

#include "tasks/induction_sample.h"

namespace headsweep::tasks {

std::optional<std::string> Induction::check(const TaskShape& shape) const {
  if (shape.length < 3) return "needs length >= 3";
  const std::int64_t most = (shape.length - 1) / 2;
  if (shape.queries < 0 || shape.queries > most) {
    return "needs queries from 1 to (length - 1) / 2 = " + std::to_string(most) + " (0: as many), not " +
           std::to_string(shape.queries);
  }
  const std::int64_t stream = induction_stream(shape);
  if (shape.vocabulary < stream) {
    return "needs vocabulary >= " + std::to_string(stream) + ": the tokens of its stream differ";
  }
  return check_payloads(count_distinct_payloads(shape.vocabulary, stream));
}

double Induction::ceiling_accuracy(const TaskShape& /*shape*/) const {
  return 1.0;
}

double Induction::no_attention_accuracy(const TaskShape& shape) const {
  return 1.0 / static_cast<double>(shape.vocabulary - 1);
}

double Induction::context_guess_accuracy(const TaskShape& shape) const {
  return 1.0 / static_cast<double>(induction_stream(shape) - 1);
}

std::optional<std::int64_t> Induction::needed_key(const TaskShape& /*shape*/,
                                                  std::int64_t /*position*/) const {
  return std::nullopt;
}

void Induction::needed_keys(const TaskShape& shape, std::span<const std::int32_t> tokens,
                            std::span<std::int64_t> keys) const {
  std::ranges::fill(keys, kNoKey);
  const auto stream = tokens.first(static_cast<std::size_t>(induction_stream(shape)));
  const auto with_successor = stream.first(stream.size() - 1);
  for (std::size_t i = stream.size(); i < tokens.size(); ++i) {
    const auto place = std::ranges::find(with_successor, tokens[i]);
    if (place != with_successor.end()) keys[i] = place - with_successor.begin() + 1;
  }
}

}  // namespace headsweep::tasks
