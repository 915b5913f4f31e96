// The paper's released checkpoints, which stay outside the repository, and what is known about them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace headsweep::trainer {

// "4_heads_copy" and the like.
struct GoldenCheckpoint {
  std::string name;
  nlohmann::json values;      // tests/golden/<name>.json
  nlohmann::json directions;  // tests/golden/<name>.directions.json
  std::filesystem::path file;
  std::filesystem::path arrays;  // <name>.npz
};

// Nothing where HEADSWEEP_GOLDEN_DIR is not set: the test is then to be reported as not run. A variable that
// names a folder without the file is an error.
std::optional<GoldenCheckpoint> golden_checkpoint(const std::string& name);

inline const std::vector<std::string> kGoldenNames = {"1_heads_cycle", "4_heads_copy", "8_heads_copy",
                                                      "16_heads_cycle"};

}  // namespace headsweep::trainer
