#include "tests/tasks/brute_force.h"

#include <algorithm>
#include <map>

namespace headsweep::tasks {
namespace {

// Sees(sample, i) is what the predictor knows at position i: it names the commonest target of what it sees.
template <class Sees>
double best_accuracy(const std::vector<Sample>& samples, const Sees& sees) {
  std::map<std::vector<std::int32_t>, std::map<std::int32_t, int>> targets;
  int losses = 0;
  for (const Sample& sample : samples) {
    for (std::size_t i = 0; i < sample.targets.size(); ++i) {
      if (sample.targets[i] == kNoLoss) continue;
      ++targets[sees(sample, i)][sample.targets[i]];
      ++losses;
    }
  }
  int right = 0;
  for (const auto& [seen, counts] : targets) {
    right += std::ranges::max_element(counts, {}, [](const auto& one) { return one.second; })->second;
  }
  return static_cast<double>(right) / losses;
}

}  // namespace

double best_causal_accuracy(const std::vector<Sample>& samples) {
  return best_accuracy(samples, [](const Sample& sample, std::size_t i) {
    return std::vector<std::int32_t>(sample.tokens.begin(),
                                     sample.tokens.begin() + static_cast<std::ptrdiff_t>(i) + 1);
  });
}

double best_accuracy_without_attention(const std::vector<Sample>& samples) {
  return best_accuracy(samples, [](const Sample& sample, std::size_t i) {
    return std::vector<std::int32_t>{static_cast<std::int32_t>(i), sample.tokens[i]};
  });
}

double guess_accuracy(
    const std::vector<Sample>& samples,
    const std::function<Positions(const std::vector<std::int32_t>&, std::size_t)>& candidates) {
  double right = 0;
  int losses = 0;
  for (const Sample& sample : samples) {
    for (std::size_t i = 0; i < sample.targets.size(); ++i) {
      if (sample.targets[i] == kNoLoss) continue;
      const Positions places = candidates(sample.tokens, i);
      const auto hits = std::ranges::count_if(
          places, [&](std::size_t place) { return sample.tokens[place] == sample.targets[i]; });
      right += static_cast<double>(hits) / static_cast<double>(places.size());
      ++losses;
    }
  }
  return right / losses;
}

}  // namespace headsweep::tasks
