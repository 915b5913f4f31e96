// stdout and stderr of this process in a log file for a while.
#pragma once

#include <filesystem>

#include "worker/pipe/descriptor.h"

namespace headsweep::trainer {

// From construction to destruction both go to the end of `log`, which is made with its folder if need be.
// Throws CannotWrite if it cannot be opened, UserError where only this one cannot: it is a folder, or another user's.
class RedirectedOutput {
 public:
  explicit RedirectedOutput(const std::filesystem::path& log);
  ~RedirectedOutput();
  RedirectedOutput(const RedirectedOutput&) = delete;
  RedirectedOutput& operator=(const RedirectedOutput&) = delete;

 private:
  pipe::Descriptor stdout_before_;
  pipe::Descriptor stderr_before_;
};

}  // namespace headsweep::trainer
