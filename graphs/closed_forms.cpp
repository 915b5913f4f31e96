#include "graphs/closed_forms.h"

#include <algorithm>
#include <limits>
#include <span>

namespace headsweep::graphs {
namespace {

using metrics::Metric;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Of one direction.
struct WalkForms {
  double mean;
  double max;
  double progress;
};

void append_forward(const WalkForms& walk, std::vector<ClosedForm>& forms) {
  forms.push_back({Metric::kHittingTimeForwardMean, walk.mean});
  forms.push_back({Metric::kHittingTimeForwardMax, walk.max});
  forms.push_back({Metric::kProgressProbabilityForward, walk.progress});
}

void append_backward(const WalkForms& walk, std::vector<ClosedForm>& forms) {
  forms.push_back({Metric::kHittingTimeBackwardMean, walk.mean});
  forms.push_back({Metric::kHittingTimeBackwardMax, walk.max});
  forms.push_back({Metric::kProgressProbabilityBackward, walk.progress});
}

void append_fidelity(double inner, double all, std::vector<ClosedForm>& forms) {
  forms.push_back({Metric::kFidelityMinInner, inner});
  forms.push_back({Metric::kFidelityMin, all});
}

// Each step moves with probability 1/2; the share of the position d before the sink peaks at binomial(2d, d) / 4^d.
std::vector<ClosedForm> line(std::int64_t n) {
  const auto last = static_cast<double>(n - 1);
  const WalkForms walk{last + 1, 2 * last, 0.5};
  double central = 1;
  for (std::int64_t k = 1; k <= n - 2; ++k)
    central *= static_cast<double>(2 * k - 1) / static_cast<double>(2 * k);
  std::vector<ClosedForm> forms;
  append_forward(walk, forms);
  append_backward(walk, forms);
  append_fidelity(central, std::min(central, 0.5), forms);
  return forms;
}

// t = 1 + H_d at distance d from the walk's end, H_d the harmonic number; every query before the sink keeps 1/n.
std::vector<ClosedForm> full(std::int64_t n) {
  double harmonic = 0;
  double sum = 0;
  for (std::int64_t d = 1; d < n; ++d) {
    harmonic += 1 / static_cast<double>(d);
    sum += 1 + harmonic;
  }
  const WalkForms walk{sum / static_cast<double>(n - 1), 1 + harmonic, 0.5};
  const double share = 1 / static_cast<double>(n);
  std::vector<ClosedForm> forms;
  append_forward(walk, forms);
  append_backward(walk, forms);
  append_fidelity(n == 2 ? 1 : share, share, forms);
  return forms;
}

// Every position moves to the sink with probability 1/2; backward, all but the sink keep what they get.
std::vector<ClosedForm> star(std::int64_t n) {
  std::vector<ClosedForm> forms;
  append_forward({2, 2, 0.5}, forms);
  append_backward(n == 2 ? WalkForms{2, 2, 0.5} : WalkForms{kInfinity, kInfinity, 0}, forms);
  append_fidelity(1 / static_cast<double>(n - 1), 1 / static_cast<double>(n), forms);
  return forms;
}

// Layers in the order in which the walk meets them. A step leaves for a next layer of s positions with probability
// s / (s + 1).
WalkForms layered_walk(std::span<const std::int64_t> sizes, std::int64_t n) {
  WalkForms walk{0, 0, 1};
  for (std::size_t layer = sizes.size() - 1; layer-- > 0;) {
    const auto next = static_cast<double>(sizes[layer + 1]);
    walk.max += (next + 1) / next;
    walk.mean += static_cast<double>(sizes[layer]) * walk.max;
    walk.progress = std::min(walk.progress, next / (next + 1));
  }
  walk.mean /= static_cast<double>(n - 1);
  return walk;
}

std::vector<ClosedForm> layered(std::int64_t n, std::int64_t width) {
  std::vector<std::int64_t> sizes = {1};
  for (std::int64_t left = n - 2; left > 0; left -= width) sizes.push_back(std::min(width, left));
  sizes.push_back(1);
  std::vector<ClosedForm> forms;
  append_forward(layered_walk(sizes, n), forms);
  std::ranges::reverse(sizes);
  append_backward(layered_walk(sizes, n), forms);
  return forms;
}

// Self loops only.
std::vector<ClosedForm> still() {
  std::vector<ClosedForm> forms;
  append_forward({kInfinity, kInfinity, 0}, forms);
  append_backward({kInfinity, kInfinity, 0}, forms);
  append_fidelity(0, 0, forms);
  return forms;
}

}  // namespace

std::vector<ClosedForm> closed_forms(const FamilySpec& spec, std::int64_t n) {
  if (n < 2) return {};
  switch (spec.family) {
    case Family::kLine:
      return line(n);
    case Family::kFull:
      return full(n);
    case Family::kStar:
      return star(n);
    case Family::kLayered:
      return layered(n, spec.width);
    case Family::kWindow:
      if (spec.width == 1) return still();
      if (spec.width == 2) return line(n);
      return spec.width >= n ? full(n) : std::vector<ClosedForm>{};
    case Family::kDilated:
    case Family::kRandom:
      return {};
  }
  return {};
}

}  // namespace headsweep::graphs
