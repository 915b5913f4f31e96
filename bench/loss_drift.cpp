// How far apart the losses of two trainings of the paper's model drift that differ in rounding alone:
// `loss_drift [--steps N] [--heads H]... [--seeds N] [--json]`. The yardstick is the eager step of LibTorch with one thread
// against itself with two; beside it the fused step against the eager one. Equal data, initial weights and dropout
// decisions. Prints the largest difference of a loss within the first half of the steps and within all.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "bench/machine.h"
#include "trial/parameters.h"
#include "worker/trainer/bundle_buffers.h"
#include "worker/trainer/device.h"
#include "worker/trainer/keep_freed_memory.h"
#include "worker/trainer/step_choice.h"

namespace headsweep::trainer {
namespace {

std::vector<double> losses(const trial::Settings& settings, const std::string& kind, std::int64_t threads,
                           std::int64_t steps) {
  BundleBuffers buffers(1, trial::count_parameters(settings.model).total(), at::kFloat, at::kCPU);
  buffers.parameters[0].copy_(initial_parameters(settings, at::kFloat, at::kCPU));
  const auto step = make_chosen_step({settings}, buffers, {.threads = threads, .step = kind});
  const std::size_t only[] = {0};
  std::vector<double> losses;
  for (std::int64_t i = 0; i < steps; ++i) losses.push_back(step->advance(i, only).front().loss);
  return losses;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b, std::size_t count) {
  double largest = 0;
  for (std::size_t i = 0; i < count; ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

// The largest over `seeds` trainings: where the roundings of one of them meet a sensitive update is chance.
nlohmann::ordered_json drift(std::int64_t heads, std::int64_t steps, std::uint32_t seeds) {
  double eager_half = 0;
  double fused_half = 0;
  double eager_all = 0;
  double fused_all = 0;
  for (std::uint32_t seed = 0; seed < seeds; ++seed) {
    trial::Settings settings;  // the paper's
    settings.model.heads = heads;
    settings.seed = seed;
    const auto eager = losses(settings, "eager", 1, steps);
    const auto eager_two = losses(settings, "eager", 2, steps);
    const auto fused = losses(settings, "auto", 2, steps);
    const auto all = eager.size();
    eager_half = std::max(eager_half, largest_difference(eager, eager_two, all / 2));
    fused_half = std::max(fused_half, largest_difference(eager, fused, all / 2));
    eager_all = std::max(eager_all, largest_difference(eager, eager_two, all));
    fused_all = std::max(fused_all, largest_difference(eager, fused, all));
  }
  return {{"heads", heads},           {"seeds", seeds},         {"eager_half", eager_half},
          {"fused_half", fused_half}, {"eager_all", eager_all}, {"fused_all", fused_all}};
}

}  // namespace
}  // namespace headsweep::trainer

int main(int argc, char** argv) {
  using namespace headsweep::trainer;
  std::int64_t steps = 200;
  std::vector<std::int64_t> heads = {1, 4, 8, 16};
  std::uint32_t seeds = 1;
  bool json = false;
  CLI::App app("How far losses drift that differ in rounding alone, on the paper's model");
  app.add_option("--steps", steps)->check(CLI::Range(2, 100'000));
  app.add_option("--heads", heads);
  app.add_option("--seeds", seeds)->check(CLI::Range(1, 1000));
  app.add_flag("--json", json);
  CLI11_PARSE(app, argc, argv);
  keep_freed_memory();
  prepare_arithmetic(at::kCPU);
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const std::int64_t count : heads) rows.push_back(drift(count, steps, seeds));
  if (json) {
    const nlohmann::ordered_json all = {{"bench", "loss_drift"},
                                        {"steps", steps},
                                        {"results", rows},
                                        {"machine", headsweep::bench::machine()}};
    std::cout << all.dump(1) << "\n";
    return EXIT_SUCCESS;
  }
  std::printf("largest difference of a loss    first %lld steps        all %lld steps\n",
              static_cast<long long>(steps / 2), static_cast<long long>(steps));
  std::puts("heads                        2 threads      fused    2 threads      fused");
  for (const auto& row : rows) {
    std::printf("%5lld %31.2e %10.2e %12.2e %10.2e\n", row.at("heads").get<long long>(),
                row.at("eager_half").get<double>(), row.at("fused_half").get<double>(),
                row.at("eager_all").get<double>(), row.at("fused_all").get<double>());
  }
}
