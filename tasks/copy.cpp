#include "tasks/copy.h"

#include "tasks/context_guess.h"
#include "tasks/in_place_samples.h"

namespace headsweep::tasks {

std::optional<std::string> Copy::check(const TaskShape& shape) const {
  if (shape.length < 1 || shape.vocabulary < 2) return "needs length >= 1 and vocabulary >= 2";
  return check_payloads(count_uniform_payloads(shape.vocabulary, shape.length));
}

bool Copy::targets_of(const TaskShape& /*shape*/, std::span<const std::int32_t> tokens,
                      std::span<std::int32_t> targets) const {
  write_copy_targets(tokens, targets);
  return true;
}

double Copy::ceiling_accuracy(const TaskShape& /*shape*/) const {
  return 1.0;
}

double Copy::no_attention_accuracy(const TaskShape& /*shape*/) const {
  return 1.0;
}

double Copy::context_guess_accuracy(const TaskShape& shape) const {
  return prefix_guesses_right(0, shape.length, shape.vocabulary) / static_cast<double>(shape.length);
}

std::optional<std::int64_t> Copy::needed_key(const TaskShape& /*shape*/, std::int64_t position) const {
  return position;
}

}  // namespace headsweep::tasks
