#include "tests/worker/trainer/golden_checkpoint.h"

#include <cstdlib>
#include <fstream>

#include "errors/check.h"

namespace headsweep::trainer {
namespace {

nlohmann::json committed(const std::string& file) {
  std::ifstream stream(std::filesystem::path(HEADSWEEP_SOURCE_DIR) / "tests" / "golden" / file);
  check(stream.good(), "the golden values are committed");
  return nlohmann::json::parse(stream);
}

}  // namespace

std::optional<GoldenCheckpoint> golden_checkpoint(const std::string& name) {
  const char* const folder = std::getenv("HEADSWEEP_GOLDEN_DIR");
  if (folder == nullptr) return std::nullopt;
  const std::filesystem::path golden(folder);
  GoldenCheckpoint checkpoint{name, committed(name + ".json"), committed(name + ".directions.json"),
                              golden / "checkpoints" / (name + ".pt"), golden / (name + ".npz")};
  check(std::filesystem::exists(checkpoint.file), "HEADSWEEP_GOLDEN_DIR holds the checkpoints");
  return checkpoint;
}

}  // namespace headsweep::trainer
