#include "cli/usage_error.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "errors/nearest_name.h"

namespace headsweep::cli {
namespace {

// The command that was chosen, or the whole program.
const CLI::App& addressed(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : *chosen.front();
}

// The first option among the words that nothing took.
std::optional<std::string> unknown_option(const CLI::App& app) {
  const std::vector<std::string> words = app.remaining(true);
  const auto found =
      std::ranges::find_if(words, [](const std::string& word) { return word.starts_with("-"); });
  if (found == words.end()) return std::nullopt;
  return found->substr(0, found->find('='));
}

std::string suggest_option(const CLI::App& command, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  return did_you_mean(word, candidates);
}

}  // namespace

std::optional<std::string> unknown_command(const CLI::App& app, int argc, const char* const* argv) {
  if (argc < 2 || argv[1][0] == '-') return std::nullopt;
  const std::string word = argv[1];
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  if (std::ranges::find(names, word) != names.end()) return std::nullopt;
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  return "unknown command '" + word + "'" + did_you_mean(word, candidates) + "; see headsweep --help";
}

std::string describe_usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& command = addressed(app);
  std::string text = error.what();
  if (const auto word = unknown_option(app))
    text = "unknown option " + *word + suggest_option(command, *word);
  std::ranges::replace(text, '\n', ' ');
  const std::string name = &command == &app ? "headsweep" : "headsweep " + command.get_name();
  return text + "; see " + name + " --help";
}

}  // namespace headsweep::cli
