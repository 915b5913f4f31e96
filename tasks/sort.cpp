#include "tasks/sort.h"

#include <algorithm>
#include <numeric>

#include "tasks/sort_sample.h"

namespace headsweep::tasks {

std::optional<std::string> Sort::check(const TaskShape& shape) const {
  if (shape.length < 4) return "needs length >= 4";
  const std::int64_t m = sort_payload(shape);
  if (shape.vocabulary - 1 < m) {
    return "needs vocabulary >= length / 2 + 1 = " + std::to_string(m + 1) + ": the tokens to sort differ";
  }
  return check_payloads(count_distinct_payloads(shape.vocabulary - 1, m));
}

double Sort::ceiling_accuracy(const TaskShape& /*shape*/) const {
  return 1.0;
}

double Sort::no_attention_accuracy(const TaskShape& shape) const {
  return static_cast<double>(sort_payload(shape)) / static_cast<double>(shape.vocabulary - 1);
}

double Sort::context_guess_accuracy(const TaskShape& shape) const {
  return 1.0 / static_cast<double>(sort_payload(shape));
}

std::optional<std::int64_t> Sort::needed_key(const TaskShape& /*shape*/, std::int64_t /*position*/) const {
  return std::nullopt;
}

void Sort::needed_keys(const TaskShape& shape, std::span<const std::int32_t> tokens,
                       std::span<std::int64_t> keys) const {
  std::ranges::fill(keys, kNoKey);
  const auto m = static_cast<std::size_t>(sort_payload(shape));
  const auto places = keys.subspan(m, m);
  std::iota(places.begin(), places.end(), std::int64_t{0});
  std::ranges::stable_sort(places, {},
                           [tokens](std::int64_t place) { return tokens[static_cast<std::size_t>(place)]; });
}

}  // namespace headsweep::tasks
