// Programs on the PATH.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace headsweep::cli {

// The executable file that `name` means on the PATH, or nothing.
std::optional<std::filesystem::path> find_program(const std::string& name);

}  // namespace headsweep::cli
