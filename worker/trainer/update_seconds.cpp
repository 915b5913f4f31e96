#include "worker/trainer/update_seconds.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "worker/trainer/step_choice.h"

namespace headsweep::trainer {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kFewest = 3;

}  // namespace

double update_seconds(const std::vector<trial::Settings>& settings, const BundleBuffers& buffers,
                      double budget, const TrainerContext& context) {
  const auto step = make_chosen_step(settings, buffers, context);
  std::vector<std::size_t> all(settings.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const auto advance = [&](std::int64_t number) {
    const std::int64_t updates = step->updates_at_once();
    const Clock::time_point begin = Clock::now();
    step->advance_several(number * updates, updates, all);
    return std::chrono::duration<double>(Clock::now() - begin).count() / static_cast<double>(updates);
  };
  double spent =
      advance(0) * static_cast<double>(step->updates_at_once());  // allocates what the others reuse
  std::vector<double> seconds;
  for (std::int64_t number = 1; seconds.size() < kFewest || spent < budget; ++number) {
    seconds.push_back(advance(number));
    spent += seconds.back() * static_cast<double>(step->updates_at_once());
  }
  std::ranges::nth_element(seconds, seconds.begin() + std::ssize(seconds) / 2);
  return seconds[seconds.size() / 2];
}

}  // namespace headsweep::trainer
