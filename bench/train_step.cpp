// Speed of the eager training step on the paper's model: `train_step THREADS`. For each line "HEADS STEPS" on
// stdin it does that many updates (dropout 0.1, batch 50, after two that warm up) and answers with the
// seconds of one.

#include <chrono>
#include <cstdlib>
#include <iostream>

#include "trial/parameters.h"
#include "worker/trainer/device.h"
#include "worker/trainer/keep_freed_memory.h"
#include "worker/trainer/training_step.h"

namespace headsweep::trainer {
namespace {

double seconds_per_step(std::int64_t heads, std::int64_t steps) {
  constexpr std::int64_t kWarmUp = 2;
  trial::Settings settings;  // the defaults are the paper's model
  settings.model.heads = heads;
  BundleBuffers buffers(1, trial::count_parameters(settings.model).total(), at::kFloat, at::kCPU);
  buffers.parameters[0].copy_(initial_parameters(settings, at::kFloat, at::kCPU));
  const auto step = make_eager_step({settings}, buffers);
  const std::size_t only[] = {0};
  auto begin = std::chrono::steady_clock::now();
  for (std::int64_t i = 0; i < kWarmUp + steps; ++i) {
    if (i == kWarmUp) begin = std::chrono::steady_clock::now();
    step->advance(i, only);
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() /
         static_cast<double>(steps);
}

}  // namespace
}  // namespace headsweep::trainer

int main(int argc, char** argv) {
  headsweep::trainer::keep_freed_memory();
  headsweep::trainer::prepare_arithmetic(at::kCPU, argc > 1 ? std::atoll(argv[1]) : 1);
  std::int64_t heads = 0;
  std::int64_t steps = 0;
  while (std::cin >> heads >> steps) {
    std::cout << headsweep::trainer::seconds_per_step(heads, steps) << std::endl;
  }
}
