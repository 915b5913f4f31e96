#include "tasks/cycle.h"

#include <algorithm>

#include "tasks/uniform_tokens.h"

namespace headsweep::tasks {

std::optional<std::string> Cycle::check(const TaskShape& shape) const {
  if (shape.length < 2 || shape.vocabulary < 2) return "needs length >= 2 and vocabulary >= 2";
  return std::nullopt;
}

void Cycle::generate(const TaskShape& shape, std::uint32_t seed, Split split, std::uint64_t sample,
                     std::span<std::int32_t> tokens, std::span<std::int32_t> targets) const {
  draw_uniform_tokens(seed, split, sample, shape.vocabulary, tokens);
  targets.front() = tokens.back();
  std::ranges::copy(tokens.first(tokens.size() - 1), targets.begin() + 1);
}

double Cycle::chance_accuracy(const TaskShape& shape) const {
  return 1.0 / static_cast<double>(shape.vocabulary);
}

double Cycle::ceiling_accuracy(const TaskShape& shape) const {
  const auto n = static_cast<double>(shape.length);
  return (n - 1.0) / n + 1.0 / (n * static_cast<double>(shape.vocabulary));
}

std::optional<std::int64_t> Cycle::needed_key(const TaskShape& /*shape*/, std::int64_t position) const {
  if (position == 0) return std::nullopt;
  return position - 1;
}

}  // namespace headsweep::tasks
