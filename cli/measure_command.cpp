// headsweep measure: mixing, fidelity and diversity of trained models. headsweep-trainer, which has LibTorch, does it.

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/measure_store.h"
#include "cli/program_output.h"
#include "cli/whole_number.h"
#include "errors/user_error.h"
#include "metrics/metric.h"
#include "results/render.h"
#include "worker/agent/trainer_executable.h"

namespace headsweep::cli {
namespace {

using Json = nlohmann::ordered_json;

struct MeasureOptions {
  std::vector<std::string> checkpoints;
  std::string store;
  bool missing = false;
  std::string task;
  std::optional<std::int64_t> heads;
  std::string inputs;
  std::string dtype = "float32";
  std::int64_t sequences = 50;
  std::uint32_t seed = 0;
  std::string format = "table";
};

std::vector<std::string> trainer_command(const MeasureOptions& options) {
  std::vector<std::string> argv = {agent::find_trainer().string(), "--measure"};
  argv.insert(argv.end(), options.checkpoints.begin(), options.checkpoints.end());
  const auto add = [&](const char* name, const std::string& value) {
    argv.insert(argv.end(), {name, value});
  };
  if (!options.task.empty()) add("--task", options.task);
  if (options.heads) add("--heads", std::to_string(*options.heads));
  if (!options.inputs.empty()) add("--inputs", options.inputs);
  add("--dtype", options.dtype);
  add("--sequences", std::to_string(options.sequences));
  add("--seed", std::to_string(options.seed));
  return argv;
}

results::Cell mean_of(const Json& metrics, std::string_view name) {
  const auto found = metrics.find(std::string(name));
  if (found == metrics.end() || !found->at("mean").is_number()) return {};
  return found->at("mean").get<double>();
}

// What a column of the table shows: a layer, one of its heads, or the whole model.
struct Subject {
  std::string name;
  const Json* metrics;
};

std::vector<Subject> subjects_of(const Json& measured) {
  std::vector<Subject> subjects;
  for (const Json& layer : measured.at("layers")) {
    const std::string name = "layer " + layer.at("layer").dump();
    subjects.push_back({name, &layer.at("metrics")});
    for (const Json& head : layer.at("heads")) {
      subjects.push_back({name + " head " + head.at("head").dump(), &head.at("metrics")});
    }
  }
  subjects.push_back({"rollout", &measured.at("rollout").at("metrics")});
  return subjects;
}

// Metrics as rows, those that any subject has: there are many of them and few layers.
results::Table layers_table(const Json& measured) {
  const std::vector<Subject> subjects = subjects_of(measured);
  results::Table table;
  table.columns = {"metric"};
  for (const Subject& subject : subjects) table.columns.push_back(subject.name);
  for (const metrics::MetricInfo& info : metrics::all_metrics()) {
    std::vector<results::Cell> row = {std::string(info.name)};
    bool any = false;
    for (const Subject& subject : subjects) {
      row.push_back(mean_of(*subject.metrics, info.name));
      any = any || !std::holds_alternative<std::monostate>(row.back());
    }
    if (any) table.rows.push_back(std::move(row));
  }
  return table;
}

void print_tables(const Json& output) {
  const Json list = output.is_array() ? output : Json::array({output});
  for (const Json& measured : list) {
    std::cout << measured.at("checkpoint").get<std::string>() << ": task "
              << measured.at("task").get<std::string>() << ", heads " << measured.at("heads") << ", "
              << measured.at("dtype").get<std::string>() << ", loss " << measured.at("loss") << ", accuracy "
              << measured.at("accuracy") << "; means over sequences (times: geometric)\n\n";
    std::cout << results::render(layers_table(measured), results::Format::kTable);
    std::cout << "\n";
  }
}

int measure(const MeasureOptions& options) {
  if (options.missing != !options.store.empty()) throw UserError("--store and --missing go together");
  if (options.missing == !options.checkpoints.empty()) {
    throw UserError("give either CHECKPOINT files or --store STORE --missing");
  }
  if (options.missing) return measure_store(options.store, options.format);
  const ProgramOutput output = run_program(trainer_command(options));
  if (output.exit_code != 0) return kError;  // the trainer has said why
  if (options.format == "json") {
    std::cout << output.stdout_text;
  } else {
    print_tables(Json::parse(output.stdout_text));
  }
  return kDone;
}

}  // namespace

void add_measure_command(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("measure", "Mixing, fidelity and diversity of trained models");
  auto options = std::make_shared<MeasureOptions>();
  command->add_option("CHECKPOINT", options->checkpoints,
                      "PyTorch state_dict files, or models that a run kept");
  command->add_option("--store", options->store, "with --missing: the store")->type_name("STORE");
  command->add_flag("--missing", options->missing,
                    "measure kept weights again where the store has metrics of an older version");
  command->add_option("--task", options->task, "task whose sequences and targets are used");
  command->add_option("--heads", options->heads, "head count (a state_dict does not say it)")
      ->check(whole_number(1));
  command->add_option("--inputs", options->inputs, "JSON object whose `tokens` are the sequences")
      ->type_name("FILE");
  command->add_option("--dtype", options->dtype, "arithmetic of the model")
      ->check(CLI::IsMember({"float32", "float64"}))
      ->capture_default_str();
  command->add_option("--sequences", options->sequences, "held-out sequences, without --inputs")
      ->check(whole_number(1))
      ->capture_default_str();
  command->add_option("--seed", options->seed, "seed of these sequences")->capture_default_str();
  command->add_option("--format", options->format, "table or json")->check(CLI::IsMember({"table", "json"}));
  command->footer("Example:\n  headsweep measure model.pt --task copy --heads 4");
  command->callback([options, &chosen] { chosen = [options] { return measure(*options); }; });
}

}  // namespace headsweep::cli
