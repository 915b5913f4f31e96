// The machine that a figure was measured on.
#pragma once

#include <fstream>
#include <string>
#include <thread>

#include <nlohmann/json.hpp>

namespace headsweep::bench {

inline std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

// Of the last minute, what this program does included.
inline double load() {
  double average = 0;
  std::ifstream("/proc/loadavg") >> average;
  return average;
}

inline nlohmann::ordered_json machine() {
  return {{"cpu", cpu_model()}, {"cores", std::thread::hardware_concurrency()}, {"load", load()}};
}

}  // namespace headsweep::bench
