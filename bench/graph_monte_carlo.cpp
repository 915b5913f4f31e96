// Exact walks against a plain Monte-Carlo estimate of the same numbers: how much time it takes, and how wrong it is.
//
//   graph_monte_carlo [--family full] [--n 100] [--width 4] [--walks 500] [--seed 0]
//
// Prints one JSON object. The estimate walks forward `walks` times from every start (hitting and mixing time) and as
// often backward from the sink for every start (fidelity), one uniform number and one binary search a step.
// graph_monte_carlo.py does the same in Python and prints the ratio to interpreted code.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <iostream>
#include <limits>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "graphs/families.h"
#include "graphs/measure.h"
#include "random/counter_random.h"

namespace {

using namespace headsweep;
using Json = nlohmann::ordered_json;

struct Options {
  std::string family = "full";
  std::int64_t n = 100;
  std::int64_t width = 4;
  std::int64_t walks = 500;  // a start
  std::uint32_t seed = 0;
};

// Where a walk can go from one position.
struct Moves {
  std::vector<std::int64_t> to;
  std::vector<double> cumulative;

  void add(std::int64_t position, double probability) {
    to.push_back(position);
    cumulative.push_back((cumulative.empty() ? 0.0 : cumulative.back()) + probability);
  }

  // `uniform` in (0, 1).
  [[nodiscard]] std::int64_t choose(double uniform) const {
    const auto chosen = std::ranges::upper_bound(cumulative, uniform) - cumulative.begin();
    return to[std::min(static_cast<std::size_t>(chosen), to.size() - 1)];
  }
};

std::vector<Moves> forward_moves(const graphs::CausalGraph& graph) {
  std::vector<Moves> moves(static_cast<std::size_t>(graph.size()));
  for (std::int64_t i = 0; i < graph.size(); ++i) {
    for (std::size_t e = 0; e < graph.keys(i).size(); ++e) {
      moves[static_cast<std::size_t>(graph.keys(i)[e])].add(i, graph.flow(i)[e]);
    }
  }
  return moves;
}

std::vector<Moves> backward_moves(const graphs::CausalGraph& graph) {
  std::vector<Moves> moves(static_cast<std::size_t>(graph.size()));
  for (std::int64_t i = 0; i < graph.size(); ++i) {
    for (std::size_t e = 0; e < graph.keys(i).size(); ++e) {
      moves[static_cast<std::size_t>(i)].add(graph.keys(i)[e], graph.attention(i)[e]);
    }
  }
  return moves;
}

// The uniform numbers of one walk.
class WalkNumbers {
 public:
  WalkNumbers(std::uint32_t seed, std::uint32_t start, std::uint32_t walk)
      : seed_(seed), start_(start), walk_(walk) {}

  double next() {
    if (used_ % 4 == 0)
      block_ = random::random_block(seed_, random::Purpose::kMonteCarloWalks, start_, walk_, used_ / 4);
    return random::uniform_open(block_[used_++ % 4]);
  }

 private:
  std::uint32_t seed_;
  std::uint32_t start_;
  std::uint32_t walk_;
  std::uint64_t used_ = 0;
  random::Block block_{};
};

// Of the forward walk, by one set of walks.
struct ForwardNumbers {
  double hitting_mean;
  double hitting_max;
  double mixing;
};

// Steps of one walk from `start` to the sink.
std::int64_t walk_forward(const std::vector<Moves>& moves, std::size_t start, WalkNumbers numbers) {
  std::int64_t steps = 0;
  for (auto at = start; at + 1 != moves.size(); ++steps)
    at = static_cast<std::size_t>(moves[at].choose(numbers.next()));
  return steps;
}

// Adds one walk from the sink to the source: visits[t - 1][position].
void walk_backward(const std::vector<Moves>& moves, WalkNumbers numbers,
                   std::vector<std::vector<std::int64_t>>& visits) {
  std::size_t at = moves.size() - 1;
  for (std::size_t t = 0; at != 0; ++t) {
    at = static_cast<std::size_t>(moves[at].choose(numbers.next()));
    if (t == visits.size()) visits.emplace_back(moves.size());
    ++visits[t][at];
  }
}

double estimated_fidelity(const graphs::CausalGraph& graph, const Options& options) {
  const std::vector<Moves> moves = backward_moves(graph);
  const auto n = moves.size();
  const std::int64_t walks = options.walks * graph.size();
  std::vector<std::vector<std::int64_t>> visits;
  for (std::int64_t walk = 0; walk < walks; ++walk) {
    walk_backward(moves, {options.seed, static_cast<std::uint32_t>(n), static_cast<std::uint32_t>(walk)},
                  visits);
  }
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t position = 1; position + 1 < n; ++position) {
    std::int64_t most = 0;
    for (const auto& step : visits) most = std::max(most, step[position]);
    least = std::min(least, static_cast<double>(most) / static_cast<double>(walks));
  }
  return least;
}

ForwardNumbers estimated_forward(const graphs::CausalGraph& graph, const Options& options) {
  const std::vector<Moves> moves = forward_moves(graph);
  ForwardNumbers numbers{0, 0, 0};
  std::vector<std::int64_t> steps(static_cast<std::size_t>(options.walks));
  for (std::size_t start = 0; start + 1 < moves.size(); ++start) {
    double sum = 0;
    for (std::size_t walk = 0; walk < steps.size(); ++walk) {
      steps[walk] = walk_forward(
          moves, start, {options.seed, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(walk)});
      sum += static_cast<double>(steps[walk]);
    }
    const double mean = sum / static_cast<double>(options.walks);
    numbers.hitting_mean += mean / static_cast<double>(moves.size() - 1);
    numbers.hitting_max = std::max(numbers.hitting_max, mean);
    // The step at which at most a quarter of the walks is still on its way.
    std::ranges::sort(steps);
    const auto arrived = static_cast<std::size_t>(std::ceil(0.75 * static_cast<double>(options.walks)));
    numbers.mixing = std::max(numbers.mixing, static_cast<double>(steps[arrived - 1]));
  }
  return numbers;
}

// Wall seconds of one call, the shortest of as many as fit into half a second.
double seconds_of(const std::function<void()>& work) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  double least = std::numeric_limits<double>::infinity();
  for (auto now = begin; now - begin < std::chrono::milliseconds(500);) {
    work();
    const auto end = Clock::now();
    least = std::min(least, std::chrono::duration<double>(end - now).count());
    now = end;
  }
  return least;
}

Json comparison(double right, double guess) {
  return {{"exact", right}, {"monte_carlo", guess}, {"relative_error", std::abs(guess - right) / right}};
}

Json compare(const Options& options) {
  graphs::FamilySpec spec;
  spec.family = graphs::family_of(options.family);
  spec.width = options.width;
  const graphs::CausalGraph graph = graphs::family_graph(spec, options.n);
  constexpr auto kForward = graphs::Direction::kForward;
  graphs::HittingTimes hitting;
  graphs::MixingTimes mixing{};
  double fidelity = 0;
  ForwardNumbers forward{};
  double guessed_fidelity = 0;
  const double hitting_seconds = seconds_of([&] { hitting = graphs::hitting_times(graph, kForward); });
  const double mixing_seconds =
      seconds_of([&] { mixing = graphs::mixing_times(graph, kForward, {}, 1'000'000); });
  const double fidelity_seconds =
      seconds_of([&] { fidelity = graphs::fidelity(graph, std::nullopt).min_inner; });
  const double forward_seconds = seconds_of([&] { forward = estimated_forward(graph, options); });
  const double backward_seconds = seconds_of([&] { guessed_fidelity = estimated_fidelity(graph, options); });
  return {{"family", options.family},
          {"n", options.n},
          {"edges", graph.edges()},
          {"walks_per_start", options.walks},
          {"exact_seconds",
           {{"hitting", hitting_seconds}, {"mixing", mixing_seconds}, {"fidelity", fidelity_seconds}}},
          {"monte_carlo_seconds", {{"forward", forward_seconds}, {"backward", backward_seconds}}},
          {"ratio",
           {{"hitting", forward_seconds / hitting_seconds},
            {"mixing", forward_seconds / mixing_seconds},
            {"fidelity", backward_seconds / fidelity_seconds}}},
          {"errors",
           {{"hitting_time_forward_mean", comparison(hitting.mean, forward.hitting_mean)},
            {"hitting_time_forward_max", comparison(hitting.max, forward.hitting_max)},
            {"mixing_time_forward", comparison(mixing.worst, forward.mixing)},
            {"fidelity_min_inner", comparison(fidelity, guessed_fidelity)}}}};
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Exact walks against a Monte-Carlo estimate");
  app.add_option("--family", options.family, "connected both ways: not star");
  app.add_option("--n", options.n, "positions")->check(CLI::Range(3, 100'000));
  app.add_option("--width", options.width, "of window, dilated and layered");
  app.add_option("--walks", options.walks, "walks a start")->check(CLI::PositiveNumber);
  app.add_option("--seed", options.seed, "of the walks");
  CLI11_PARSE(app, argc, argv);
  try {
    std::cout << compare(options).dump(2) << "\n";
  } catch (const std::exception& error) {
    std::cerr << "graph_monte_carlo: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
