// Runs other programs to their end and takes what they write to stdout. No shell.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <sys/types.h>

#include "worker/pipe/descriptor.h"

namespace headsweep::cli {

struct ProgramOutput {
  int exit_code;  // 128 + signal if one ended it
  std::string stdout_text;
};

// A program that runs beside this process. finish() must be called before it goes.
class StartedProgram {
 public:
  // argv[0] is a path, or a name to be found on the PATH. stderr stays this process's, or goes nowhere if `silent`.
  // Throws UserError if it cannot be started.
  explicit StartedProgram(const std::vector<std::string>& argv, bool silent = false);

  // Waits for its end.
  ProgramOutput finish();
  // Kills it if it takes longer.
  ProgramOutput finish_within(std::chrono::seconds patience);

 private:
  ProgramOutput finish_until(std::chrono::steady_clock::time_point deadline);

  pipe::Descriptor output_;
  pid_t pid_;
};

// One program, from start to end.
ProgramOutput run_program(const std::vector<std::string>& argv);

// The same for a question that may stay unanswered: silent, and killed if it takes longer than `patience`.
ProgramOutput ask_program(const std::vector<std::string>& argv, std::chrono::seconds patience);

}  // namespace headsweep::cli
