#include "tasks/selective_copy.h"

#include <algorithm>

#include "tasks/context_guess.h"
#include "tasks/payload.h"
#include "tasks/uniform_tokens.h"

namespace headsweep::tasks {
namespace {

struct Layout {
  std::int64_t data_ids;  // 0 ... data_ids - 1
  std::int32_t filler;
  std::int32_t separator;
  std::int64_t queries;    // also the number of data tokens
  std::int64_t scattered;  // positions of the payload
};

Layout layout_of(const TaskShape& shape) {
  const std::int64_t queries = shape.queries == 0 ? shape.length / 4 : shape.queries;
  const auto separator = static_cast<std::int32_t>(shape.vocabulary - 1);
  return {shape.vocabulary - 2, separator - 1, separator, queries, shape.length - queries};
}

// Every choice of places is equally likely: selection sampling (Knuth, TAOCP volume 2, algorithm 3.4.2 S).
void draw_scattered(Draws& draws, const Layout& layout, std::span<std::int32_t> payload) {
  std::int64_t missing = layout.queries;
  std::int64_t places = layout.scattered;
  for (std::int32_t& token : payload) {
    const bool is_data = draws.below(places--) < missing;
    token = is_data ? draws.below(layout.data_ids) : layout.filler;
    if (is_data) --missing;
  }
}

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
  const Layout layout = layout_of(shape);
  if (layout.queries < 1 || layout.queries > shape.length / 2) {
    return "needs queries from 1 to length / 2 = " + std::to_string(shape.length / 2) +
           " (0: length / 4), not " + std::to_string(shape.queries);
  }
  return check_payloads(count_choices(layout.scattered, layout.queries) *
                        count_uniform_payloads(layout.data_ids, layout.queries));
}

void SelectiveCopy::generate(const TaskShape& shape, std::uint32_t seed, Split split, std::uint64_t sample,
                             std::span<std::int32_t> tokens, std::span<std::int32_t> targets) const {
  const Layout layout = layout_of(shape);
  const auto payload = tokens.first(static_cast<std::size_t>(layout.scattered));
  draw_payload(
      seed, split, sample, DrawGroup::kScatteredTokens, payload,
      [&layout](Draws& draws, std::span<std::int32_t> drawn) { draw_scattered(draws, layout, drawn); });
  std::ranges::fill(tokens.subspan(payload.size()), layout.separator);
  std::ranges::fill(targets.first(payload.size()), kNoLoss);
  std::ranges::copy_if(payload, targets.subspan(payload.size()).begin(),
                       [&layout](std::int32_t token) { return token != layout.filler; });
}

double SelectiveCopy::ceiling_accuracy(const TaskShape& /*shape*/) const {
  return 1.0;
}

double SelectiveCopy::no_attention_accuracy(const TaskShape& shape) const {
  return 1.0 / static_cast<double>(layout_of(shape).data_ids);
}

double SelectiveCopy::context_guess_accuracy(const TaskShape& shape) const {
  const Layout layout = layout_of(shape);
  return place_guess(layout.queries, layout.data_ids);
}

std::optional<std::int64_t> SelectiveCopy::needed_key(const TaskShape& /*shape*/,
                                                      std::int64_t /*position*/) const {
  return std::nullopt;
}

void SelectiveCopy::needed_keys(const TaskShape& shape, std::span<const std::int32_t> tokens,
                                std::span<std::int64_t> keys) const {
  std::ranges::fill(keys, kNoKey);
  const Layout layout = layout_of(shape);
  auto query = static_cast<std::size_t>(layout.scattered);
  for (std::int64_t place = 0; place < layout.scattered && query < keys.size(); ++place) {
    if (tokens[static_cast<std::size_t>(place)] != layout.filler) keys[query++] = place;
  }
}

}  // namespace headsweep::tasks
