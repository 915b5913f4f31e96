// The machine that a figure was measured on.
#pragma once

#include <fstream>
#include <string>
#include <thread>

#include <nlohmann/json.hpp>

namespace headsweep::bench {

// The first processor's value of that name in /proc/cpuinfo.
inline std::string cpu_field(const std::string& name) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name + "\t")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

// The model's name does not tell generations apart where a hypervisor shortens it; family and model do.
inline std::string cpu_model() {
  return cpu_field("model name") + ", family " + cpu_field("cpu family") + ", model " + cpu_field("model");
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
