// What is wrong with a command line, in one line.
#pragma once

#include <optional>
#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace headsweep::cli {

// "unknown command 'plann'; did you mean 'plan'?", if the first word is one.
std::optional<std::string> unknown_command(const CLI::App& app, int argc, const char* const* argv);

// Names the nearest option for one that is not known, and the help to read.
std::string describe_usage_error(const CLI::App& app, const CLI::ParseError& error);

}  // namespace headsweep::cli
