// Softmax cross entropy of rows of logits, and its gradient.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace headsweep::fused {

struct CrossEntropy {
  double loss = 0;  // sum over the rows of -log softmax(logits)[target]; NaN or infinite if a logit is
  std::int64_t correct = 0;  // rows whose target is the first of the largest logits
};

// Row i of `logits` (padded(vocabulary) floats a row) has target targets[i] in [0, vocabulary). Replaces the logits by
// `scale` times the gradient of the loss; zeros in the padding. Thread-safe.
CrossEntropy cross_entropy(std::span<const std::int32_t> targets, std::size_t vocabulary, float scale,
                           float* logits);

}  // namespace headsweep::fused
