#include "sweep/budget.h"

#include <algorithm>
#include <cstdlib>
#include <functional>

#include "errors/check.h"
#include "sweep/read_axes.h"
#include "sweep/refuse.h"
#include "trial/parameters.h"

namespace headsweep::sweep {
namespace {

using trial::ModelSettings;

std::int64_t count(const ModelSettings& model) {
  return trial::count_parameters(model).total();
}

std::int64_t limit(std::string_view setting) {
  return static_cast<std::int64_t>(trial::find_setting(setting)->maximum);
}

// Of two models the one nearer to `target`; of equally near ones the first.
const ModelSettings& nearer(const ModelSettings& first, const ModelSettings& second, std::int64_t target) {
  return std::abs(count(second) - target) < std::abs(count(first) - target) ? second : first;
}

// The nearest of model(first) .. model(last), whose counts rise.
ModelSettings nearest_of(std::int64_t first, std::int64_t last, std::int64_t target,
                         const std::function<ModelSettings(std::int64_t)>& model) {
  std::int64_t below = first;  // the last whose count is not above the target, or the first of all
  std::int64_t above = last;
  while (below < above) {
    const std::int64_t middle = below + (above - below + 1) / 2;
    if (count(model(middle)) <= target) {
      below = middle;
    } else {
      above = middle - 1;
    }
  }
  return below < last ? nearer(model(below), model(below + 1), target) : model(below);
}

// One width for all layers unless widths that differ by one come closer.
ModelSettings with_nearest_mlps(const ModelSettings& model, std::int64_t target) {
  const std::int64_t widest = limit("model.mlp_width");
  const auto with_units = [&](std::int64_t hidden_units) {
    ModelSettings changed = model;
    changed.mlp_width = hidden_units / model.layers;
    changed.wider_mlps = hidden_units % model.layers;
    return changed;
  };
  const ModelSettings even =
      nearest_of(1, widest, target, [&](std::int64_t width) { return with_units(width * model.layers); });
  const ModelSettings uneven = nearest_of(model.layers, widest * model.layers, target, with_units);
  return nearer(even, uneven, target);
}

// Heads without a width of their own must divide the model's.
ModelSettings with_nearest_width(const ModelSettings& model, std::int64_t target) {
  const std::int64_t unit = model.head_width ? 1 : model.heads;
  return nearest_of(1, limit("model.width") / unit, target, [&](std::int64_t units) {
    ModelSettings changed = model;
    changed.width = units * unit;
    return changed;
  });
}

ModelSettings with_nearest_layers(const ModelSettings& model, std::int64_t target) {
  return nearest_of(model.wider_mlps + 1, limit("model.layers"), target, [&](std::int64_t layers) {
    ModelSettings changed = model;
    changed.layers = layers;
    return changed;
  });
}

}  // namespace

std::vector<std::string_view> solved_settings(const Budget& budget) {
  if (budget.solve_for == "width") return {"model.width"};
  if (budget.solve_for == "layers") return {"model.layers"};
  return {"model.mlp_width", "model.wider_mlps"};
}

bool changes_parameters(const Sweep& sweep, std::string_view setting) {
  // Heads that share a width of their own, or a matrix that mixes them.
  if (setting == "model.heads") {
    const ModelSettings& base = sweep.base.model;
    return base.head_width || base.talking_heads || base.tied_heads > 0;
  }
  return setting == "diversity.tied_heads" || (setting.starts_with("model.") && setting != "model.dropout");
}

std::int64_t target_parameters(const Sweep& sweep) {
  if (sweep.budget.parameters) return *sweep.budget.parameters;
  const ModelSettings& base = sweep.base.model;
  // Where nothing replaces heads and width, the trials themselves are impossible, and that is the better message.
  const bool is_replaced =
      find_axis(sweep, "model.heads") || find_axis(sweep, "model.width") || sweep.budget.solve_for == "width";
  if (is_replaced && !base.head_width && base.width % base.heads != 0) {
    refuse(sweep.source, "the base model, whose parameters are the budget, is impossible: model.heads = " +
                             std::to_string(base.heads) +
                             " does not divide model.width = " + std::to_string(base.width) +
                             "; choose heads that divide it or give [budget] parameters a number");
  }
  return count(base);
}

ModelSettings nearest_model(const ModelSettings& model, std::int64_t target, std::string_view solve_for) {
  const bool is_possible = model.head_width || model.width % model.heads == 0;
  if (is_possible && count(model) == target) return model;
  if (solve_for == "width") return with_nearest_width(model, target);
  if (solve_for == "layers") return with_nearest_layers(model, target);
  check(solve_for == "mlp_width", "a budget solves for a setting that it knows");
  return with_nearest_mlps(model, target);
}

double parameter_mismatch(std::int64_t parameters, std::int64_t target) {
  return static_cast<double>(parameters - target) / static_cast<double>(target);
}

}  // namespace headsweep::sweep
