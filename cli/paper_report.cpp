#include "cli/paper_report.h"

#include <filesystem>
#include <iterator>
#include <regex>

#include "cli/program_output.h"
#include "errors/user_error.h"
#include "results/paper_tables.h"
#include "results/reader.h"
#include "worker/agent/trainer_executable.h"

namespace headsweep::cli {
namespace {

// A state_dict does not say how many heads it has.
struct NamedModel {
  std::string heads;
  std::string task;
};

NamedModel named_model(const std::string& file) {
  static const std::regex kName(R"((\d+)_heads_(\w+))");
  const std::string stem = std::filesystem::path(file).stem().string();
  std::smatch match;
  if (!std::regex_match(stem, match, kName)) {
    throw UserError(
        file +
        ": the name says neither heads nor task; name checkpoints like 4_heads_copy.pt, or give a store");
  }
  return {match[1], match[2]};
}

std::vector<results::PaperValue> measure(const std::string& file) {
  const NamedModel model = named_model(file);
  const ProgramOutput output = run_program(
      {agent::find_trainer().string(), "--measure", file, "--task", model.task, "--heads", model.heads});
  if (output.exit_code != 0) throw UserError(file + " could not be measured: the reason is above");
  return results::paper_values(output.stdout_text);
}

}  // namespace

std::string paper_report(const std::vector<std::string>& files, const std::string& format) {
  std::vector<results::PaperValue> values;
  if (files.size() == 1 && std::filesystem::path(files.front()).extension() != ".pt") {
    results::StoreReader store(files.front());
    values = results::paper_values(store);
  } else {
    for (const std::string& file : files) {
      std::vector<results::PaperValue> more = measure(file);
      std::move(more.begin(), more.end(), std::back_inserter(values));
    }
  }
  return results::render_paper_tables(values, results::parse_format(format));
}

}  // namespace headsweep::cli
