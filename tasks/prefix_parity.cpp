#include "tasks/prefix_parity.h"

#include <functional>
#include <numeric>

#include "tasks/split.h"
#include "tasks/uniform_tokens.h"

namespace headsweep::tasks {
namespace {

constexpr std::int64_t kBits = 2;

}  // namespace

std::optional<std::string> PrefixParity::check(const TaskShape& shape) const {
  if (shape.length < 1 || shape.vocabulary < kBits) return "needs length >= 1 and vocabulary >= 2";
  const bool enough = count_uniform_payloads(kBits, shape.length) >= kFewestPayloads;
  if (!enough)
    return "needs length >= 6: its tokens are bits, and fewer are too few payloads to hold some out";
  return std::nullopt;
}

void PrefixParity::generate(const TaskShape& /*shape*/, std::uint32_t seed, Split split, std::uint64_t sample,
                            std::span<std::int32_t> tokens, std::span<std::int32_t> targets) const {
  draw_uniform_tokens(seed, split, sample, kBits, tokens);
  std::partial_sum(tokens.begin(), tokens.end(), targets.begin(), std::bit_xor<>());
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
