#include "tasks/bracketed_copy.h"

#include <algorithm>

#include "tasks/bracketed_copy_sample.h"
#include "tasks/uniform_tokens.h"

namespace headsweep::tasks {
namespace {

double count_payloads(const BracketLayout& layout) {
  return static_cast<double>(layout.places_from(1)) *
         count_uniform_payloads(layout.data_ids, layout.payload - 2);
}

// Expected number of outputs, times the number of places of brackets.
double weighed_outputs(const BracketLayout& layout) {
  auto outputs = static_cast<double>(layout.places_from(1));  // closing brackets
  for (std::int64_t k = 1; k <= layout.longest; ++k) {
    outputs += static_cast<double>(layout.places_from(k));
  }
  return outputs;
}

}  // namespace

std::optional<std::string> BracketedCopy::check(const TaskShape& shape) const {
  if (shape.length < 9 || shape.vocabulary < 5) {
    return "needs length >= 9 and vocabulary >= 5 (the last ids are [, ] and SEP)";
  }
  return check_payloads(count_payloads(bracket_layout(shape)));
}

double BracketedCopy::ceiling_accuracy(const TaskShape& /*shape*/) const {
  return 1.0;
}

double BracketedCopy::no_attention_accuracy(const TaskShape& shape) const {
  const BracketLayout layout = bracket_layout(shape);
  const auto data_ids = static_cast<double>(layout.data_ids);
  double right = static_cast<double>(layout.places_from(1)) / data_ids;  // the first output is data
  for (std::int64_t k = 1; k <= layout.longest; ++k) {
    const auto ends_here = static_cast<double>(layout.places(k));
    const double goes_on = k == layout.longest ? 0.0 : static_cast<double>(layout.places_from(k + 1));
    right += std::max(ends_here, goes_on / data_ids);
  }
  return right / weighed_outputs(layout);
}

double BracketedCopy::context_guess_accuracy(const TaskShape& shape) const {
  const BracketLayout layout = bracket_layout(shape);
  const auto candidates = static_cast<double>(layout.payload - 1);
  const double data_right =
      (1.0 + static_cast<double>(layout.payload - 3) / static_cast<double>(layout.data_ids)) / candidates;
  const auto closing = static_cast<double>(layout.places_from(1));
  const double outputs = weighed_outputs(layout);
  return (closing / candidates + (outputs - closing) * data_right) / outputs;
}

std::optional<std::int64_t> BracketedCopy::needed_key(const TaskShape& /*shape*/,
                                                      std::int64_t /*position*/) const {
  return std::nullopt;
}

void BracketedCopy::needed_keys(const TaskShape& shape, std::span<const std::int32_t> tokens,
                                std::span<std::int64_t> keys) const {
  std::ranges::fill(keys, kNoKey);
  const BracketLayout layout = bracket_layout(shape);
  const auto payload = tokens.first(static_cast<std::size_t>(layout.payload));
  const auto opening = std::ranges::find(payload, layout.opening);
  auto asked = payload.size();
  for (auto place = opening; place != payload.end() && *place != layout.closing && asked < keys.size();) {
    keys[asked++] = ++place - payload.begin();
  }
}

}  // namespace headsweep::tasks
