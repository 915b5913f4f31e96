// Accuracies by counting over every sample, without any formula.
#pragma once

#include <functional>
#include <vector>

#include "tests/tasks/whole_space.h"

namespace headsweep::tasks {

using Positions = std::vector<std::size_t>;

// The best predictor that sees tokens 0 ... i at position i.
double best_causal_accuracy(const std::vector<Sample>& samples);

// The best predictor that sees i and the token at i.
double best_accuracy_without_attention(const std::vector<Sample>& samples);

// A guess drawn uniformly from the tokens at candidates(tokens, i).
double guess_accuracy(
    const std::vector<Sample>& samples,
    const std::function<Positions(const std::vector<std::int32_t>&, std::size_t)>& candidates);

}  // namespace headsweep::tasks
