#include "cli/step_forecast.h"

#include <utility>

#include "worker/fused/fused_support.h"
#include "worker/stacked/stacked_support.h"

namespace headsweep::cli {

std::optional<std::string> why_eager(const trial::Settings& settings, const std::string& step,
                                     const std::string& device, std::int64_t members) {
  if (step == "eager") return "asked for with --step";
  if (device == "cuda" && members > 1) return "on GPUs a gang takes the eager step";
  return device == "cuda" ? stacked::why_not_stacked(settings) : fused::why_not_fused(settings);
}

StepForecast::StepForecast(std::string step, std::string device, std::int64_t members)
    : step_(std::move(step)), device_(std::move(device)), members_(members) {}

void StepForecast::add(const trial::Settings& settings) {
  const auto why = why_eager(settings, step_, device_, members_);
  why ? ++eager_by_reason_[*why] : ++fused_;
}

std::int64_t StepForecast::eager() const {
  std::int64_t count = 0;
  for (const auto& [why, of_reason] : eager_by_reason_) count += of_reason;
  return count;
}

}  // namespace headsweep::cli
