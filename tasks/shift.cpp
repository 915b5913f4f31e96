#include "tasks/shift.h"

#include "tasks/context_guess.h"
#include "tasks/in_place_samples.h"

namespace headsweep::tasks {

std::optional<std::string> Shift::check(const TaskShape& shape) const {
  if (shape.length < 1 || shape.vocabulary < 2) return "needs length >= 1 and vocabulary >= 2";
  if (shape.shift < 0 || shape.shift >= shape.length) {
    return "needs shift from 0 to length - 1, not " + std::to_string(shape.shift);
  }
  return check_payloads(count_uniform_payloads(shape.vocabulary, shape.length));
}

bool Shift::targets_of(const TaskShape& shape, std::span<const std::int32_t> tokens,
                       std::span<std::int32_t> targets) const {
  write_shift_targets(shape.shift, tokens, targets);
  return true;
}

double Shift::ceiling_accuracy(const TaskShape& /*shape*/) const {
  return 1.0;
}

double Shift::no_attention_accuracy(const TaskShape& shape) const {
  return shape.shift == 0 ? 1.0 : chance_accuracy(shape);
}

double Shift::context_guess_accuracy(const TaskShape& shape) const {
  return prefix_guesses_right(shape.shift, shape.length, shape.vocabulary) /
         static_cast<double>(shape.length - shape.shift);
}

std::optional<std::int64_t> Shift::needed_key(const TaskShape& shape, std::int64_t position) const {
  if (position < shape.shift) return std::nullopt;
  return position - shape.shift;
}

}  // namespace headsweep::tasks
