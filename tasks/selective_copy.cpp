#include "tasks/selective_copy.h"

#include <algorithm>

#include "tasks/context_guess.h"
#include "tasks/selective_copy_sample.h"
#include "tasks/uniform_tokens.h"

namespace headsweep::tasks {
namespace {

double count_choices(std::int64_t places, std::int64_t chosen) {
  double choices = 1.0;
  for (std::int64_t i = 1; i <= chosen; ++i) {
    choices *= static_cast<double>(places - chosen + i) / static_cast<double>(i);
  }
  return choices;
}

}  // namespace

std::optional<std::string> SelectiveCopy::check(const TaskShape& shape) const {
  if (shape.length < 4 || shape.vocabulary < 4) return "needs length >= 4 and vocabulary >= 4";
  const ScatterLayout layout = scatter_layout(shape);
  if (layout.queries < 1 || layout.queries > shape.length / 2) {
    return "needs queries from 1 to length / 2 = " + std::to_string(shape.length / 2) +
           " (0: length / 4), not " + std::to_string(shape.queries);
  }
  return check_payloads(count_choices(layout.scattered, layout.queries) *
                        count_uniform_payloads(layout.data_ids, layout.queries));
}

double SelectiveCopy::ceiling_accuracy(const TaskShape& /*shape*/) const {
  return 1.0;
}

double SelectiveCopy::no_attention_accuracy(const TaskShape& shape) const {
  return 1.0 / static_cast<double>(scatter_layout(shape).data_ids);
}

double SelectiveCopy::context_guess_accuracy(const TaskShape& shape) const {
  const ScatterLayout layout = scatter_layout(shape);
  return place_guess(layout.queries, layout.data_ids);
}

std::optional<std::int64_t> SelectiveCopy::needed_key(const TaskShape& /*shape*/,
                                                      std::int64_t /*position*/) const {
  return std::nullopt;
}

void SelectiveCopy::needed_keys(const TaskShape& shape, std::span<const std::int32_t> tokens,
                                std::span<std::int64_t> keys) const {
  std::ranges::fill(keys, kNoKey);
  const ScatterLayout layout = scatter_layout(shape);
  auto query = static_cast<std::size_t>(layout.scattered);
  for (std::int64_t place = 0; place < layout.scattered && query < keys.size(); ++place) {
    if (tokens[static_cast<std::size_t>(place)] != layout.filler) keys[query++] = place;
  }
}

}  // namespace headsweep::tasks
