#include "sweep/read_budget.h"

#include <algorithm>
#include <array>

#include "errors/nearest_name.h"
#include "sweep/budget.h"
#include "sweep/read_axes.h"
#include "sweep/read_value.h"
#include "sweep/refuse.h"

namespace headsweep::sweep {
namespace {

constexpr std::int64_t kMaxParameters = 1'000'000'000'000;

std::optional<std::int64_t> read_parameters(const Entry& entry) {
  constexpr std::string_view kAllowed = R"("base" or an integer from 1 to 1000000000000)";
  const Element& element = single(entry, "budget.parameters", kAllowed);
  if (element.value == trial::Value(std::string("base"))) return std::nullopt;
  const auto* const number = std::get_if<std::int64_t>(&element.value);
  if (!number || *number < 1 || *number > kMaxParameters)
    refuse_value(element, "budget.parameters", kAllowed);
  return *number;
}

std::string read_solve_for(const Entry& entry) {
  constexpr std::array<std::string_view, 3> kNames = {"mlp_width", "width", "layers"};
  const std::string allowed = R"(one of "mlp_width", "width", "layers")";
  const Element& element = single(entry, "budget.solve_for", allowed);
  std::string name = read_text(element, "budget.solve_for", allowed);
  if (std::ranges::find(kNames, name) != kNames.end()) return name;
  refuse(element.place,
         "budget.solve_for must be " + allowed + ", not " + describe(element) + did_you_mean(name, kNames));
}

double read_tolerance(const Entry& entry) {
  constexpr std::string_view kAllowed = "a number from 0 to 0.5";
  const Element& element = single(entry, "budget.tolerance", kAllowed);
  const auto* const integer = std::get_if<std::int64_t>(&element.value);
  const auto* const real = std::get_if<double>(&element.value);
  const double tolerance = integer ? static_cast<double>(*integer) : real ? *real : -1;
  if (!(tolerance >= 0 && tolerance <= 0.5)) refuse_value(element, "budget.tolerance", kAllowed);
  return tolerance;
}

void require_free(const Sweep& sweep, const Budget& budget) {
  for (const std::string_view setting : solved_settings(budget)) {
    const Axis* const axis = find_axis(sweep, setting);
    if (!axis) continue;
    refuse(axis->place, "the axis " + axis->setting +
                            " is what [budget] solves for, so that all trials have equal " +
                            "parameters; leave the axis out or choose another budget.solve_for than \"" +
                            budget.solve_for + "\"");
  }
}

}  // namespace

Budget read_budget(const Document& document, const Sweep& sweep) {
  Budget budget;
  if (const Entry* const entry = find_entry(document, "budget", "parameters")) {
    budget.parameters = read_parameters(*entry);
  }
  if (const Entry* const entry = find_entry(document, "budget", "solve_for")) {
    budget.solve_for = read_solve_for(*entry);
  }
  if (const Entry* const entry = find_entry(document, "budget", "tolerance")) {
    budget.tolerance = read_tolerance(*entry);
  }
  require_free(sweep, budget);
  return budget;
}

}  // namespace headsweep::sweep
