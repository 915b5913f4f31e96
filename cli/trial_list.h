// The option --trial of commands about single trials.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace headsweep::cli {

// A store that must be there, and trials in it by number.
struct TrialList {
  std::string store;
  std::vector<std::int64_t> trials;  // 1-based; empty: all that the command is about
};

// Adds STORE and --trial K, which may be repeated. Returns the option --trial.
CLI::Option* add_trial_list(CLI::App& command, TrialList& list, const std::string& meaning);

}  // namespace headsweep::cli
