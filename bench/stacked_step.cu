// Speed of the stacked step on a GPU, on the paper's model: updates of stacks of 1, 2, 4, ... trials of mixed and of equal
// head counts, as trials an hour (20,000 updates each) and as a share of the float32 rate that the same run measures.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <cuda_runtime.h>
#include <nlohmann/json.hpp>

#include "trial/parameters.h"
#include "worker/stacked/cuda_runtime.cuh"
#include "worker/stacked/stacked_update.h"
#include "worker/trainer/initial_weights.h"
#include "worker/trainer/stacked_batches.h"

namespace headsweep::stacked {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Fused multiply-adds that depend on nothing but registers.
__global__ void multiply_add_chains(float* out, int rounds) {
  constexpr int kChains = 16;
  float sums[kChains];
  for (int i = 0; i < kChains; ++i) sums[i] = static_cast<float>(threadIdx.x) * 1e-3F + static_cast<float>(i);
  for (int round = 0; round < rounds; ++round) {
#pragma unroll
    for (int i = 0; i < kChains; ++i) sums[i] = __fmaf_rn(sums[i], 0.999F, 1e-3F);
  }
  float sum = 0;
  for (int i = 0; i < kChains; ++i) sum += sums[i];
  out[blockIdx.x * blockDim.x + threadIdx.x] = sum;
}

// Floating-point operations a second, two a multiply-add; the median of some runs.
double float32_rate() {
  constexpr int kBlocks = 132 * 16;
  constexpr int kThreads = 256;
  constexpr int kRounds = 20000;
  CudaRuntime::Buffer<float> out(1, std::int64_t{kBlocks} * kThreads);
  std::vector<double> rates;
  for (int run = 0; run < 6; ++run) {
    const auto begin = Clock::now();
    multiply_add_chains<<<kBlocks, kThreads>>>(out.get().base, kRounds);
    check_cuda(cudaDeviceSynchronize(), "measuring the float32 rate");
    if (run > 0) rates.push_back(2.0 * 16 * kRounds * kBlocks * kThreads / seconds_since(begin));
  }
  std::ranges::sort(rates);
  return rates[rates.size() / 2];
}

struct Stack {
  std::string heads;  // "mixed" or a number
  std::vector<trial::Settings> settings;
};

Stack stack_of(const std::string& heads, std::int64_t trials, std::int64_t samples) {
  constexpr std::int64_t kMixed[] = {1, 4, 8, 16};
  Stack stack{heads, {}};
  for (std::int64_t number = 0; number < trials; ++number) {
    trial::Settings settings;  // the defaults are the paper's model
    settings.seed = static_cast<std::uint32_t>(number / 4);
    settings.model.heads = heads == "mixed" ? kMixed[number % 4] : std::stoll(heads);
    settings.training.samples = samples;
    stack.settings.push_back(settings);
  }
  return stack;
}

// Of one update of all trials; the median of some runs after one that warms up.
double seconds_per_update(const Stack& stack, const StackOptions& options, double budget) {
  const auto count = static_cast<std::size_t>(trial::count_parameters(stack.settings.front().model).total());
  std::vector<float> weights((count + 15) / 16 * 16 * stack.settings.size());
  const std::size_t stride = weights.size() / stack.settings.size();
  for (std::size_t trial = 0; trial < stack.settings.size(); ++trial) {
    trainer::fill_initial_weights(stack.settings[trial], std::span(weights).subspan(trial * stride, count));
  }
  std::vector<CudaRuntime::Buffer<float>> buffers;
  for (int i = 0; i < 4; ++i) buffers.emplace_back(1, std::ssize(weights));
  check_cuda(cudaMemcpy(buffers[0].get().base, weights.data(), weights.size() * sizeof(float),
                        cudaMemcpyHostToDevice),
             "copying weights");
  const auto update =
      make_cuda_stacked_update(stack.settings,
                               {buffers[0].get().base, buffers[1].get().base, buffers[2].get().base,
                                buffers[3].get().base, static_cast<std::int64_t>(stride)},
                               options);
  trainer::StackedBatches batches(stack.settings, *update);
  std::vector<std::size_t> all(stack.settings.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  constexpr std::int64_t kUpdates = 8;
  std::int64_t step = 0;
  std::vector<double> seconds;
  for (double spent = 0; seconds.size() < 4 || spent < budget; step += kUpdates) {
    const auto begin = Clock::now();
    batches.run(step, kUpdates, all);
    spent += seconds_since(begin);
    if (step > 0) seconds.push_back(seconds_since(begin) / kUpdates);
  }
  std::ranges::sort(seconds);
  return seconds[seconds.size() / 2];
}

nlohmann::json measure(const Stack& stack, const StackOptions& options, double budget, double rate) {
  const trial::Settings& first = stack.settings.front();
  const auto trials = static_cast<double>(stack.settings.size());
  const double seconds = seconds_per_update(stack, options, budget);
  const double flops =
      trial::training_flops_per_sequence(first.model) * static_cast<double>(first.training.batch) * trials;
  return {{"heads", stack.heads},
          {"trials", stack.settings.size()},
          {"trials_at_once", options.trials_at_once},
          {"tf32", options.tf32},
          {"samples", first.training.samples},
          {"update_milliseconds", seconds * 1e3},
          {"trials_per_hour", trials * 3600 / (seconds * static_cast<double>(first.training.steps))},
          {"teraflops", flops / seconds * 1e-12},
          {"share_of_float32_rate", flops / seconds / rate}};
}

std::string device_name() {
  int device = 0;
  cudaDeviceProp properties{};
  check_cuda(cudaGetDevice(&device), "the current device");
  check_cuda(cudaGetDeviceProperties(&properties, device), "the device's name");
  return properties.name;
}

}  // namespace
}  // namespace headsweep::stacked

namespace {

int run(int argc, char** argv) {
  using namespace headsweep::stacked;
  CLI::App app("Speed of the stacked step on a GPU, on the paper's model");
  std::vector<std::int64_t> stacks = {1, 2, 4, 8, 16, 32, 64};
  std::vector<std::string> heads = {"mixed"};
  std::vector<int> at_once = {StackOptions{}.trials_at_once};
  double budget = 0.3;
  bool tf32 = false;
  std::int64_t samples = headsweep::trial::Settings().training.samples;
  std::string format = "table";
  app.add_option("--stacks", stacks, "trials of a stack")->delimiter(',');
  app.add_option("--heads", heads, "head counts: mixed, or numbers")->delimiter(',');
  app.add_option("--at-once", at_once, "trials that each kernel takes")->delimiter(',');
  app.add_flag("--tf32", tf32, "affine maps and gradients of weights on tensor cores");
  app.add_option("--samples", samples, "of the training set; 0: fresh ones, which the GPU draws");
  app.add_option("--seconds", budget, "of each measurement");
  app.add_option("--format", format)->check(CLI::IsMember({"table", "json"}));
  CLI11_PARSE(app, argc, argv);

  const double rate = float32_rate();
  nlohmann::json results = nlohmann::json::array();
  if (format == "table") {
    std::cout << device_name() << ": " << rate * 1e-12 << " TFLOP/s of float32 multiply-adds\n"
              << "heads  trials  at once  ms an update  trials/h  TFLOP/s  share\n";
  }
  for (const std::string& kind : heads) {
    for (const std::int64_t trials : stacks) {
      for (const int together : at_once) {
        if (together > trials && together != at_once.front()) continue;
        const nlohmann::json one = measure(stack_of(kind, trials, samples),
                                           {.trials_at_once = together, .tf32 = tf32}, budget, rate);
        results.push_back(one);
        if (format != "table") continue;
        std::cout << kind << "  " << trials << "  " << together << "  " << one["update_milliseconds"] << "  "
                  << one["trials_per_hour"] << "  " << one["teraflops"] << "  "
                  << one["share_of_float32_rate"] << std::endl;
      }
    }
  }
  if (format == "json") {
    std::cout << nlohmann::json{{"device", device_name()}, {"float32_rate", rate}, {"stacks", results}}.dump(
                     1)
              << "\n";
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "stacked_step: " << error.what() << "\n";
    return 1;
  }
}
