#include "tasks/prefix_parity.h"

#include "tasks/in_place_samples.h"

namespace headsweep::tasks {

std::optional<std::string> PrefixParity::check(const TaskShape& shape) const {
  if (shape.length < 1 || shape.vocabulary < kParityIds) return "needs length >= 1 and vocabulary >= 2";
  const bool enough = count_uniform_payloads(kParityIds, shape.length) >= kFewestPayloads;
  if (!enough)
    return "needs length >= 6: its tokens are bits, and fewer are too few payloads to hold some out";
  return std::nullopt;
}

double PrefixParity::ceiling_accuracy(const TaskShape& /*shape*/) const {
  return 1.0;
}

double PrefixParity::no_attention_accuracy(const TaskShape& shape) const {
  const auto n = static_cast<double>(shape.length);
  return (n + 1.0) / (2.0 * n);
}

double PrefixParity::context_guess_accuracy(const TaskShape& shape) const {
  return no_attention_accuracy(shape);
}

std::optional<std::int64_t> PrefixParity::needed_key(const TaskShape& /*shape*/,
                                                     std::int64_t /*position*/) const {
  return std::nullopt;
}

}  // namespace headsweep::tasks
