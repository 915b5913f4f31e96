// The golden numbers that are kept in the repository.
#pragma once

#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace headsweep::metrics {

// tests/golden/NAME.
inline nlohmann::json golden_json(const std::string& name) {
  const std::string path = std::string(HEADSWEEP_SOURCE_DIR) + "/tests/golden/" + name;
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot open " + path);
  return nlohmann::json::parse(file);
}

// A time: null stands for infinite or above the cap.
inline double time_or_infinity(const nlohmann::json& value) {
  return value.is_null() ? std::numeric_limits<double>::infinity() : value.get<double>();
}

// Nested lists of numbers, one behind the other.
inline void flatten(const nlohmann::json& value, std::vector<double>& numbers) {
  if (value.is_number()) {
    numbers.push_back(value.get<double>());
  } else {
    for (const nlohmann::json& element : value) flatten(element, numbers);
  }
}

inline std::vector<double> flattened(const nlohmann::json& value) {
  std::vector<double> numbers;
  flatten(value, numbers);
  return numbers;
}

}  // namespace headsweep::metrics
