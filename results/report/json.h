// The report's document is JSON; keys keep the order in which they are written.
#pragma once

#include <cmath>
#include <variant>

#include <nlohmann/json.hpp>

#include "results/table.h"

namespace headsweep::report {

using Json = nlohmann::ordered_json;

// JSON has no NaN: absent.
inline Json real(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

// Rounded to seven digits, as many as packed numbers have.
Json short_real(double value);

inline Json cell_json(const results::Cell& cell) {
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) return *integer;
  if (const auto* number = std::get_if<double>(&cell)) return real(*number);
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  return nullptr;
}

}  // namespace headsweep::report
