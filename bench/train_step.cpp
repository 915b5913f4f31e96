// Speed of a training step on the paper's model: `train_step THREADS [eager|fused]`. For each line "HEADS STEPS" on
// stdin it does that many updates (dropout 0.1, batch 50, after two that warm up) and answers with the seconds of one.
//
// "0 STEPS" asks for the floor instead: the seconds in which the fused step's own matrix product, at the shape of a
// layer's projection with everything in cache, does as many floating-point operations on all THREADS.

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "trial/parameters.h"
#include "worker/fused/aligned_floats.h"
#include "worker/fused/product.h"
#include "worker/fused/thread_team.h"
#include "worker/trainer/device.h"
#include "worker/trainer/keep_freed_memory.h"
#include "worker/trainer/step_choice.h"

namespace headsweep::trainer {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double seconds_per_step(std::int64_t heads, std::int64_t steps, const TrainerContext& context) {
  constexpr std::int64_t kWarmUp = 2;
  trial::Settings settings;  // the defaults are the paper's model
  settings.model.heads = heads;
  BundleBuffers buffers(1, trial::count_parameters(settings.model).total(), at::kFloat, at::kCPU);
  buffers.parameters[0].copy_(initial_parameters(settings, at::kFloat, at::kCPU));
  const auto step = make_chosen_step({settings}, buffers, context);
  const std::size_t only[] = {0};
  auto begin = Clock::now();
  for (std::int64_t i = 0; i < kWarmUp + steps; ++i) {
    if (i == kWarmUp) begin = Clock::now();
    step->advance(i, only);
  }
  return seconds_since(begin) / static_cast<double>(steps);
}

// Of one thread, in a second.
double products_rate(std::size_t repetitions) {
  constexpr std::size_t kRows = 100;
  constexpr std::size_t kColumns = 192;
  constexpr std::size_t kDepth = 64;
  const fused::AlignedFloats left(kRows * kDepth);
  const fused::AlignedFloats right(kColumns * kDepth);
  fused::AlignedFloats out(kRows * kColumns);
  const auto begin = Clock::now();
  for (std::size_t i = 0; i < repetitions; ++i) {
    fused::multiply({.rows = kRows,
                     .columns = kColumns,
                     .depth = kDepth,
                     .left = left.data(),
                     .left_stride = kDepth,
                     .right = right.data(),
                     .right_stride = fused::kPanel,
                     .right_panel_step = kDepth * fused::kPanel,
                     .out = out.data(),
                     .out_stride = kColumns});
  }
  return static_cast<double>(repetitions) * 2 * kRows * kColumns * kDepth / seconds_since(begin);
}

double floor_seconds(std::int64_t steps, std::size_t threads) {
  const trial::Settings settings;
  std::vector<double> rates(threads);
  fused::ThreadTeam team(threads);
  team.run(threads, [&](std::size_t, std::size_t job) {
    rates[job] = products_rate(static_cast<std::size_t>(steps) * 1000);
  });
  double rate = 0;
  for (const double own : rates) rate += own;
  return trial::training_flops_per_sequence(settings.model) * static_cast<double>(settings.training.batch) /
         rate;
}

}  // namespace
}  // namespace headsweep::trainer

int main(int argc, char** argv) {
  using namespace headsweep::trainer;
  keep_freed_memory();
  const TrainerContext context{.threads = argc > 1 ? std::atoll(argv[1]) : 1,
                               .step = argc > 2 ? argv[2] : "eager"};
  prepare_arithmetic(at::kCPU);
  std::int64_t heads = 0;
  std::int64_t steps = 0;
  while (std::cin >> heads >> steps) {
    const double seconds = heads == 0 ? floor_seconds(steps, static_cast<std::size_t>(context.threads))
                                      : seconds_per_step(heads, steps, context);
    std::cout << seconds << std::endl;
  }
}
