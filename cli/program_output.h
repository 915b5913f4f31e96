// Runs another program to its end and takes what it writes to stdout. No shell.
#pragma once

#include <string>
#include <vector>

namespace headsweep::cli {

struct ProgramOutput {
  int exit_code;  // 128 + signal if one ended it
  std::string stdout_text;
};

// argv[0] is a path, or a name to be found on the PATH. stderr stays this process's. Throws UserError if it cannot
// be started.
ProgramOutput run_program(const std::vector<std::string>& argv);

}  // namespace headsweep::cli
