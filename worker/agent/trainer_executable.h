// Where the trainer's executable is.
#pragma once

#include <filesystem>
#include <string>

namespace headsweep::agent {

// `chosen` if it is not empty, else "headsweep-trainer" beside the running executable; absolute.
std::filesystem::path trainer_path(const std::string& chosen = "");

// The same. Throws UserError if it is missing or may not be executed.
std::filesystem::path find_trainer(const std::string& chosen = "");

}  // namespace headsweep::agent
