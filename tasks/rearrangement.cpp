#include "tasks/rearrangement.h"

#include "tasks/context_guess.h"
#include "tasks/separated.h"
#include "tasks/split.h"
#include "tasks/uniform_tokens.h"

namespace headsweep::tasks {

const Rearrangement kReverse = {
    .name = "reverse",
    .meaning = "x SEP y: x backwards",
    .needs = "one key: the mirrored place in x",
    .parts = 2,
    .uses_shift = false,
    .outputs = [](std::int64_t m, std::int64_t /*shift*/) { return m; },
    .source = [](std::int64_t k, std::int64_t m, std::int64_t /*shift*/) { return m - 1 - k; },
};

const Rearrangement kDuplicate = {
    .name = "duplicate",
    .meaning = "x SEP y: x twice",
    .needs = "one key: the same place in x; the second time either of two",
    .parts = 3,
    .uses_shift = false,
    .outputs = [](std::int64_t m, std::int64_t /*shift*/) { return 2 * m; },
    .source = [](std::int64_t k, std::int64_t m, std::int64_t /*shift*/) { return k % m; },
};

const Rearrangement kLeftShift = {
    .name = "left_shift",
    .meaning = "x SEP y: x without its first `shift` tokens",
    .needs = "one key: the place `shift` further on in x",
    .parts = 2,
    .uses_shift = true,
    .outputs = [](std::int64_t m, std::int64_t shift) { return m - shift; },
    .source = [](std::int64_t k, std::int64_t /*m*/, std::int64_t shift) { return k + shift; },
};

const Rearrangement kCyclicShift = {
    .name = "cyclic_shift",
    .meaning = "x SEP y: x rotated to the right by `shift`",
    .needs = "one key: the place `shift` before, counted round, in x",
    .parts = 2,
    .uses_shift = true,
    .outputs = [](std::int64_t m, std::int64_t /*shift*/) { return m; },
    .source = [](std::int64_t k, std::int64_t m, std::int64_t shift) { return (k - shift + m) % m; },
};

std::optional<std::string> RearrangementTask::check(const TaskShape& shape) const {
  const std::int64_t fewest = 2 * rule_.parts;
  if (shape.length < fewest || shape.vocabulary < 3) {
    return "needs length >= " + std::to_string(fewest) + " and vocabulary >= 3 (the last id is SEP)";
  }
  const std::int64_t payload = shape.length / rule_.parts;
  if (rule_.uses_shift && (shape.shift < 0 || shape.shift >= payload)) {
    return "needs shift from 0 to length / 2 - 1 = " + std::to_string(payload - 1) + ", not " +
           std::to_string(shape.shift);
  }
  return check_payloads(count_uniform_payloads(shape.vocabulary - 1, payload));
}

void RearrangementTask::generate(const TaskShape& shape, std::uint32_t seed, Split split,
                                 std::uint64_t sample, std::span<std::int32_t> tokens,
                                 std::span<std::int32_t> targets) const {
  const std::int64_t m = shape.length / rule_.parts;
  draw_uniform_tokens(seed, split, sample, shape.vocabulary - 1, tokens.first(static_cast<std::size_t>(m)));
  SeparatedOutput output(shape, m, tokens, targets);
  for (std::int64_t k = 0; k < rule_.outputs(m, shape.shift); ++k) {
    output.append(tokens[static_cast<std::size_t>(rule_.source(k, m, shape.shift))]);
  }
}

double RearrangementTask::ceiling_accuracy(const TaskShape& /*shape*/) const {
  return 1.0;
}

double RearrangementTask::no_attention_accuracy(const TaskShape& shape) const {
  return 1.0 / static_cast<double>(shape.vocabulary - 1);
}

double RearrangementTask::context_guess_accuracy(const TaskShape& shape) const {
  return place_guess(shape.length / rule_.parts, shape.vocabulary - 1);
}

std::optional<std::int64_t> RearrangementTask::needed_key(const TaskShape& shape,
                                                          std::int64_t position) const {
  const std::int64_t m = shape.length / rule_.parts;
  const std::int64_t k = position - m;
  if (k < 0 || k >= m || k >= rule_.outputs(m, shape.shift)) return std::nullopt;
  return rule_.source(k, m, shape.shift);
}

}  // namespace headsweep::tasks
