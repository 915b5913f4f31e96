#include "tasks/cycle.h"

#include "tasks/context_guess.h"
#include "tasks/in_place_samples.h"

namespace headsweep::tasks {

std::optional<std::string> Cycle::check(const TaskShape& shape) const {
  if (shape.length < 2 || shape.vocabulary < 2) return "needs length >= 2 and vocabulary >= 2";
  if (shape.shift < 0 || shape.shift >= shape.length) {
    return "needs shift from 0 to length - 1, not " + std::to_string(shape.shift);
  }
  return check_payloads(count_uniform_payloads(shape.vocabulary, shape.length));
}

bool Cycle::targets_of(const TaskShape& shape, std::span<const std::int32_t> tokens,
                       std::span<std::int32_t> targets) const {
  write_cycle_targets(shape.shift, tokens, targets);
  return true;
}

double Cycle::ceiling_accuracy(const TaskShape& shape) const {
  const auto n = static_cast<double>(shape.length);
  const auto unknowable = static_cast<double>(shape.shift);
  return (n - unknowable) / n + unknowable / (n * static_cast<double>(shape.vocabulary));
}

double Cycle::no_attention_accuracy(const TaskShape& shape) const {
  return shape.shift == 0 ? 1.0 : chance_accuracy(shape);
}

double Cycle::context_guess_accuracy(const TaskShape& shape) const {
  const double unknowable = static_cast<double>(shape.shift) * chance_accuracy(shape);
  return (unknowable + prefix_guesses_right(shape.shift, shape.length, shape.vocabulary)) /
         static_cast<double>(shape.length);
}

std::optional<std::int64_t> Cycle::needed_key(const TaskShape& shape, std::int64_t position) const {
  if (position < shape.shift) return std::nullopt;
  return position - shape.shift;
}

}  // namespace headsweep::tasks
