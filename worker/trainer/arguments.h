// The command line of headsweep-trainer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace headsweep::trainer {

struct Arguments {
  enum class Mode { kServe, kMeasure, kRemeasure, kAttention, kCalibrate, kDevices, kVersion };
  Mode mode = Mode::kServe;

  // kServe: the agent's frame pipe is descriptor 3.
  std::string device = "cpu";
  std::int64_t threads = 1;
  std::optional<std::int64_t> parent_pid;  // who must be the parent; another one: it has died
  std::string step = "auto";               // auto | eager | fused
  bool tf32 = false;                       // of the fused step on a GPU

  // kCalibrate
  std::vector<std::string> trials;  // canonical settings

  // kMeasure, kRemeasure, kAttention
  std::vector<std::string> checkpoints;

  // kMeasure
  std::string task;                   // empty: as the file says
  std::optional<std::int64_t> heads;  // of a state_dict; a kept model says it itself
  std::string inputs;                 // file; empty: held-out samples
  std::string dtype = "float32";
  std::optional<std::int64_t> sequences;
  std::optional<std::uint32_t> seed;
};

// What is wrong with a command line, and where the help is.
struct CommandLineError {
  std::string message;
};

// Throws CommandLineError. `--help` prints and ends the process.
Arguments parse_arguments(int argc, const char* const* argv);

}  // namespace headsweep::trainer
