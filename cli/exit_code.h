// What the process's exit code says; a contract with batch scripts.
#pragma once

namespace headsweep::cli {

enum ExitCode : int {
  kDone = 0,
  kError = 1,       // message on stderr: what, where, what to do
  kWrongUsage = 2,  // wrong command line
  kUnfinished = 3,  // stopped before the end, resumable
  kSomeFailed = 4,  // finished, some trials failed
};

}  // namespace headsweep::cli
