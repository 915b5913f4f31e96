#include "cli/trainer_devices.h"

#include <nlohmann/json.hpp>

#include "cli/program_output.h"
#include "errors/user_error.h"

namespace headsweep::cli {

std::vector<std::string> trainer_devices(const std::filesystem::path& trainer) {
  const ProgramOutput output = run_program({trainer.string(), "--devices"});
  const auto answer = nlohmann::json::parse(output.stdout_text, nullptr, false);
  if (output.exit_code != 0 || !answer.is_object()) {
    throw UserError(trainer.string() + " does not start: build it again");
  }
  return answer.at("devices").get<std::vector<std::string>>();
}

}  // namespace headsweep::cli
