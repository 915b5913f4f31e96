#include "worker/trainer/calibration.h"

#include <algorithm>
#include <chrono>

#include <nlohmann/json.hpp>

#include "trial/key.h"
#include "trial/parameters.h"
#include "worker/trainer/bundle_buffers.h"
#include "worker/trainer/trial_measurement.h"
#include "worker/trainer/update_seconds.h"

namespace headsweep::trainer {
namespace {

using Clock = std::chrono::steady_clock;

template <class Action>
double seconds_of(Action action) {
  const Clock::time_point begin = Clock::now();
  action();
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Measuring costs the same for every sequence, and within a sequence for every draw of the permuted null.
double end_seconds(trial::Settings settings, const at::Tensor& parameters, const MeasurementWork& work) {
  const auto sequences = static_cast<double>(settings.measure.sequences);
  const auto draws = static_cast<double>(settings.measure.permuted_draws);
  const auto with_draws = [&](std::int64_t count) {
    settings.measure.permuted_draws = count;
    protocol::TrialResult result;
    return seconds_of([&] { measure_trained(settings, parameters, work, result); });
  };
  settings.measure.sequences = 1;
  with_draws(0);  // first calls of LibTorch's functions take longer
  const double without = with_draws(0);
  // Draws are shared among threads: so many that each has several.
  const std::int64_t some = work.threads == 1 ? 1 : 4 * work.threads;
  const double of_a_draw =
      draws > 0 ? std::max(0.0, with_draws(some) - without) / static_cast<double>(some) : 0;
  return sequences * (without + draws * of_a_draw);
}

double along_seconds(trial::Settings settings, const at::Tensor& parameters, const MeasurementWork& work) {
  const auto sequences = static_cast<double>(settings.measure.sequences);
  settings.measure.sequences = 1;
  return sequences * seconds_of([&] { measure_along_the_way(settings, parameters, work); });
}

nlohmann::json calibrate_one(const trial::Settings& settings, double budget, const TrainerContext& context) {
  const BundleBuffers buffers(1, trial::count_parameters(settings.model).total(), context.dtype,
                              context.device);
  const at::Tensor parameters = buffers.parameters[0];
  parameters.copy_(initial_parameters(settings, context.dtype, context.device));
  const MeasurementWork work{.threads = context.threads};
  const double end = end_seconds(settings, parameters, work);
  const double along = along_seconds(settings, parameters, work);
  return {{"step_seconds", update_seconds({settings}, buffers, budget, context)},
          {"along_seconds", along},
          {"end_seconds", end}};
}

}  // namespace

std::string calibrate(std::span<const std::string> trials, double seconds, const TrainerContext& context) {
  nlohmann::json answers = nlohmann::json::array();
  for (const std::string& trial : trials) {
    answers.push_back(calibrate_one(trial::parse_canonical_json(trial),
                                    seconds / static_cast<double>(trials.size()), context));
  }
  return answers.dump();
}

}  // namespace headsweep::trainer
