// Equal parameters: the free dimension of a model, solved for a number of parameters.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sweep/sweep_file.h"
#include "trial/settings.h"

namespace headsweep::sweep {

// The settings that a budget may change: model.mlp_width and model.wider_mlps, model.width, or model.layers. No axis
// may vary them.
std::vector<std::string_view> solved_settings(const Budget& budget);

// Whether the setting enters the number of parameters of some trial of the sweep.
bool changes_parameters(const Sweep& sweep, std::string_view setting);

// The number of parameters that every trial is matched to. Throws UserError where it is that of the base model and
// that model is impossible.
std::int64_t target_parameters(const Sweep& sweep);

// `model` itself if it has `target` parameters; else with the free dimension within its limits that comes nearest,
// of two equally near ones the smaller. The width of the MLPs is solved per layer, layers differing by at most one,
// where that comes closer than one width for all. Requires a checked model, but for the width where that is free.
trial::ModelSettings nearest_model(const trial::ModelSettings& model, std::int64_t target,
                                   std::string_view solve_for);

// (parameters - target) / target.
double parameter_mismatch(std::int64_t parameters, std::int64_t target);

}  // namespace headsweep::sweep
