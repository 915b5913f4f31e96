// Which steps of a training become points of its curve.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "protocol/trial_result.h"
#include "trial/settings.h"

namespace headsweep::trainer {

inline constexpr std::int64_t kCurvePoints = 100;  // about

// Whether the curve has a point after `step` updates: every ceil(steps / kCurvePoints) of them, at the last,
// and wherever the layers are measured. A function of the settings alone.
bool is_curve_step(const trial::Settings& settings, std::int64_t step);

// Whether the layers are measured after `step` updates: at every multiple of measure.every.
bool is_measured_step(const trial::Settings& settings, std::int64_t step);

// The first point whose batch reached 90% of the accuracy that any model of that task can reach.
std::optional<std::int64_t> steps_to_90(const trial::Settings& settings,
                                        std::span<const protocol::CurvePoint> curve);

}  // namespace headsweep::trainer
