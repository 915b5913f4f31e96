// Which training step trials will take, told before any trainer starts.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "trial/settings.h"

namespace headsweep::cli {

// Why a trial will take the eager step, half a sentence; nothing: the fused one. `step` and `device` are those of
// --step and --device; auto stands for a CPU. `members`: workers that train a trial together. A GPU build without kernels is
// not foreseen: its trainer says so in the trial's log.
std::optional<std::string> why_eager(const trial::Settings& settings, const std::string& step,
                                     const std::string& device, std::int64_t members);

class StepForecast {
 public:
  // As of why_eager().
  StepForecast(std::string step, std::string device, std::int64_t members);

  void add(const trial::Settings& settings);

  [[nodiscard]] std::int64_t fused() const { return fused_; }
  [[nodiscard]] std::int64_t eager() const;
  [[nodiscard]] const std::map<std::string, std::int64_t>& eager_by_reason() const {
    return eager_by_reason_;
  }
  [[nodiscard]] std::string devices() const { return device_ == "cuda" ? "GPUs" : "CPUs"; }

 private:
  std::string step_;
  std::string device_;
  std::int64_t members_;
  std::int64_t fused_ = 0;
  std::map<std::string, std::int64_t> eager_by_reason_;
};

}  // namespace headsweep::cli
