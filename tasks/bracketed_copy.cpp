#include "tasks/bracketed_copy.h"

#include <algorithm>

#include "tasks/payload.h"
#include "tasks/separated.h"
#include "tasks/uniform_tokens.h"

namespace headsweep::tasks {
namespace {

struct Layout {
  std::int64_t data_ids;  // 0 ... data_ids - 1
  std::int32_t opening;
  std::int32_t closing;
  std::int64_t payload;  // |x|
  std::int64_t longest;  // tokens between the brackets, at most

  // Places of the opening bracket when `inside` tokens follow before the closing one.
  [[nodiscard]] std::int64_t places(std::int64_t inside) const { return payload - 1 - inside; }

  // All places of brackets around `fewest` tokens or more.
  [[nodiscard]] std::int64_t places_from(std::int64_t fewest) const {
    return (places(fewest) + places(longest)) * (longest - fewest + 1) / 2;
  }
};

Layout layout_of(const TaskShape& shape) {
  const std::int64_t longest = shape.length / 3;
  const std::int32_t closing = separator(shape) - 1;
  return {shape.vocabulary - 3, closing - 1, closing, shape.length - longest - 1, longest};
}

void draw_bracketed(Draws& draws, const Layout& layout, std::span<std::int32_t> payload) {
  std::int64_t place = draws.below(layout.places_from(1));
  std::int64_t inside = 1;
  for (; place >= layout.places(inside); ++inside) place -= layout.places(inside);
  for (std::int32_t& token : payload) token = draws.below(layout.data_ids);
  payload[static_cast<std::size_t>(place)] = layout.opening;
  payload[static_cast<std::size_t>(place + inside + 1)] = layout.closing;
}

double count_payloads(const Layout& layout) {
  return static_cast<double>(layout.places_from(1)) *
         count_uniform_payloads(layout.data_ids, layout.payload - 2);
}

// Expected number of outputs, times the number of places of brackets.
double weighed_outputs(const Layout& layout) {
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
  return check_payloads(count_payloads(layout_of(shape)));
}

void BracketedCopy::generate(const TaskShape& shape, std::uint32_t seed, Split split, std::uint64_t sample,
                             std::span<std::int32_t> tokens, std::span<std::int32_t> targets) const {
  const Layout layout = layout_of(shape);
  const auto payload = tokens.first(static_cast<std::size_t>(layout.payload));
  draw_payload(
      seed, split, sample, DrawGroup::kBracketedTokens, payload,
      [&layout](Draws& draws, std::span<std::int32_t> drawn) { draw_bracketed(draws, layout, drawn); });
  SeparatedOutput output(shape, layout.payload, tokens, targets);
  auto copied = std::ranges::find(payload, layout.opening);
  do {
    output.append(*++copied);
  } while (*copied != layout.closing);
}

double BracketedCopy::ceiling_accuracy(const TaskShape& /*shape*/) const {
  return 1.0;
}

double BracketedCopy::no_attention_accuracy(const TaskShape& shape) const {
  const Layout layout = layout_of(shape);
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
  const Layout layout = layout_of(shape);
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
  const Layout layout = layout_of(shape);
  const auto payload = tokens.first(static_cast<std::size_t>(layout.payload));
  const auto opening = std::ranges::find(payload, layout.opening);
  auto asked = payload.size();
  for (auto place = opening; place != payload.end() && *place != layout.closing && asked < keys.size();) {
    keys[asked++] = ++place - payload.begin();
  }
}

}  // namespace headsweep::tasks
