#include "tasks/rearrangement.h"

#include "tasks/context_guess.h"
#include "tasks/rearrangement_sample.h"

namespace headsweep::tasks {

const Rearrangement kReverse = {
    .sampler = Sampler::kReverse,
    .name = "reverse",
    .meaning = "x SEP y: x backwards",
    .needs = "one key: the mirrored place in x",
    .uses_shift = false,
};

const Rearrangement kDuplicate = {
    .sampler = Sampler::kDuplicate,
    .name = "duplicate",
    .meaning = "x SEP y: x twice",
    .needs = "one key: the same place in x; the second time either of two",
    .uses_shift = false,
};

const Rearrangement kLeftShift = {
    .sampler = Sampler::kLeftShift,
    .name = "left_shift",
    .meaning = "x SEP y: x without its first `shift` tokens",
    .needs = "one key: the place `shift` further on in x",
    .uses_shift = true,
};

const Rearrangement kCyclicShift = {
    .sampler = Sampler::kCyclicShift,
    .name = "cyclic_shift",
    .meaning = "x SEP y: x rotated to the right by `shift`",
    .needs = "one key: the place `shift` before, counted round, in x",
    .uses_shift = true,
};

std::optional<std::string> RearrangementTask::check(const TaskShape& shape) const {
  const std::int64_t fewest = rule_.sampler == Sampler::kDuplicate ? 6 : 4;  // x of two tokens
  if (shape.length < fewest || shape.vocabulary < 3) {
    return "needs length >= " + std::to_string(fewest) + " and vocabulary >= 3 (the last id is SEP)";
  }
  const std::int64_t payload = rearrangement_payload(rule_.sampler, shape);
  if (rule_.uses_shift && (shape.shift < 0 || shape.shift >= payload)) {
    return "needs shift from 0 to length / 2 - 1 = " + std::to_string(payload - 1) + ", not " +
           std::to_string(shape.shift);
  }
  return check_payloads(count_uniform_payloads(shape.vocabulary - 1, payload));
}

double RearrangementTask::ceiling_accuracy(const TaskShape& /*shape*/) const {
  return 1.0;
}

double RearrangementTask::no_attention_accuracy(const TaskShape& shape) const {
  return 1.0 / static_cast<double>(shape.vocabulary - 1);
}

double RearrangementTask::context_guess_accuracy(const TaskShape& shape) const {
  return place_guess(rearrangement_payload(rule_.sampler, shape), shape.vocabulary - 1);
}

std::optional<std::int64_t> RearrangementTask::needed_key(const TaskShape& shape,
                                                          std::int64_t position) const {
  const std::int64_t m = rearrangement_payload(rule_.sampler, shape);
  const std::int64_t k = position - m;
  if (k < 0 || k >= m || k >= rearrangement_outputs(rule_.sampler, m, shape.shift)) return std::nullopt;
  return rearrangement_source(rule_.sampler, k, m, shape.shift);
}

}  // namespace headsweep::tasks
