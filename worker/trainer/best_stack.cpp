#include "worker/trainer/best_stack.h"

#include <iostream>
#include <new>
#include <optional>
#include <vector>

#include <c10/util/Exception.h>

#include "trial/parameters.h"
#include "worker/trainer/bundle_buffers.h"
#include "worker/trainer/stack_timing.h"
#include "worker/trainer/update_seconds.h"

namespace headsweep::trainer {
namespace {

constexpr double kBudget = 0.2;  // seconds a stack, beyond the first few updates

double time_stack(trial::Settings settings, std::int64_t trials, const TrainerContext& context) {
  const BundleBuffers buffers(trials, trial::count_parameters(settings.model).total(), context.dtype,
                              context.device);
  std::vector<trial::Settings> stack;
  for (std::int64_t row = 0; row < trials; ++row) {
    settings.seed = static_cast<std::uint32_t>(row);
    buffers.parameters[row].copy_(initial_parameters(settings, context.dtype, context.device));
    stack.push_back(settings);
  }
  return update_seconds(stack, buffers, kBudget, context);
}

// Nothing if the device's memory is too small for it; not for one trial.
std::optional<double> time_if_it_fits(const trial::Settings& settings, std::int64_t trials,
                                      const TrainerContext& context) {
  try {
    return time_stack(settings, trials, context);
  } catch (const c10::OutOfMemoryError&) {  // of LibTorch
    if (trials == 1) throw;
  } catch (const std::bad_alloc&) {  // of the stacked step
    if (trials == 1) throw;
  }
  return std::nullopt;
}

}  // namespace

std::int64_t best_stack(const trial::Settings& settings, const TrainerContext& context) {
  if (context.device.is_cpu()) return 1;
  std::vector<StackTiming> timings;
  for (std::int64_t trials = 1; trials <= kMostStacked && may_grow(timings); trials *= 2) {
    const auto seconds = time_if_it_fits(settings, trials, context);
    if (!seconds) break;
    timings.push_back({trials, *seconds});
    std::cerr << "stack of " << trials << ": " << timings.back().trials_per_second()
              << " updates of one trial a second" << std::endl;
  }
  return smallest_near_best(timings);
}

}  // namespace headsweep::trainer
