#include "worker/agent/trainer_executable.h"

#include <unistd.h>

#include "errors/user_error.h"

namespace headsweep::agent {

namespace fs = std::filesystem;

fs::path trainer_path(const std::string& chosen) {
  if (chosen.empty()) return fs::read_symlink("/proc/self/exe").parent_path() / "headsweep-trainer";
  return fs::absolute(chosen);
}

fs::path find_trainer(const std::string& chosen) {
  fs::path trainer = trainer_path(chosen);
  const std::string remedy = chosen.empty() ? "; build the target headsweep-trainer" : "; check the path";
  std::error_code error;
  if (!fs::is_regular_file(trainer, error)) {
    throw UserError("the trainer '" + trainer.string() + "' is missing" + remedy);
  }
  if (access(trainer.c_str(), X_OK) != 0) {
    throw UserError("the trainer '" + trainer.string() + "' may not be executed" + remedy +
                    " and its permissions");
  }
  return trainer;
}

}  // namespace headsweep::agent
