// headsweep tasks: what models can be trained on, with an example each.

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "errors/nearest_name.h"
#include "errors/user_error.h"
#include "tasks/task.h"

namespace headsweep::cli {
namespace {

using Json = nlohmann::ordered_json;

struct TasksOptions {
  std::string name;  // empty: all tasks
  std::string format = "table";
  tasks::TaskShape shape = {.length = 12, .vocabulary = 16};
};

// The first training sample of seed 0.
struct Example {
  std::vector<std::int32_t> tokens;
  std::vector<std::int32_t> targets;
  std::vector<std::int64_t> keys;
};

Example make_example(const tasks::Task& task, const tasks::TaskShape& shape) {
  const auto length = static_cast<std::size_t>(shape.length);
  Example example{std::vector<std::int32_t>(length), std::vector<std::int32_t>(length),
                  std::vector<std::int64_t>(length)};
  task.generate(shape, 0, tasks::Split::kTraining, 0, example.tokens, example.targets);
  task.needed_keys(shape, example.tokens, example.keys);
  return example;
}

std::vector<std::string_view> used_options(const tasks::Task& task) {
  std::vector<std::string_view> names;
  if (task.uses(tasks::Option::kShift)) names.push_back("shift");
  if (task.uses(tasks::Option::kPairs)) names.push_back("pairs");
  if (task.uses(tasks::Option::kQueries)) names.push_back("queries");
  return names;
}

[[noreturn]] void refuse_name(const std::string& name) {
  if (const auto reason = tasks::why_refused(name)) throw UserError("task \"" + name + "\": " + *reason);
  std::vector<std::string_view> known;
  for (const tasks::Task* const task : tasks::all_tasks()) known.push_back(task->name());
  throw UserError("unknown task \"" + name + "\"" + did_you_mean(name, known) +
                  " (headsweep tasks lists all)");
}

std::vector<const tasks::Task*> choose_tasks(const std::string& name) {
  const auto all = tasks::all_tasks();
  if (name.empty()) return {all.begin(), all.end()};
  const tasks::Task* const task = tasks::find_task(name);
  if (!task) refuse_name(name);
  return {task};
}

// Ids of absent things become null.
Json to_json(const auto& numbers) {
  Json json = Json::array();
  for (const auto number : numbers) json.push_back(number < 0 ? Json() : Json(number));
  return json;
}

Json task_json(const tasks::Task& task, const tasks::TaskShape& shape) {
  Json json = {{"task", task.name()},
               {"meaning", task.meaning()},
               {"needs", task.needs()},
               {"options", used_options(task)}};
  const auto problem = task.check(shape);
  json["problem"] = problem ? Json(*problem) : Json();
  if (problem) return json;
  const Example example = make_example(task, shape);
  json["tokens"] = to_json(example.tokens);
  json["targets"] = to_json(example.targets);
  json["needed_keys"] = to_json(example.keys);
  json["chance_accuracy"] = task.chance_accuracy(shape);
  json["no_attention_accuracy"] = task.no_attention_accuracy(shape);
  json["context_guess_accuracy"] = task.context_guess_accuracy(shape);
  json["ceiling_accuracy"] = task.ceiling_accuracy(shape);
  return json;
}

void print_json(const std::vector<const tasks::Task*>& chosen, const tasks::TaskShape& shape) {
  Json list = Json::array();
  for (const tasks::Task* const task : chosen) list.push_back(task_json(*task, shape));
  const Json json = {{"length", shape.length}, {"vocabulary", shape.vocabulary}, {"shift", shape.shift},
                     {"pairs", shape.pairs},   {"queries", shape.queries},       {"tasks", std::move(list)}};
  std::cout << json.dump(2) << "\n";
}

void print_row(std::string_view title, const auto& numbers, int width) {
  std::cout << "  " << std::left << std::setw(9) << title << std::right;
  for (const auto number : numbers) {
    std::cout << " " << std::setw(width) << (number < 0 ? "." : std::to_string(number));
  }
  std::cout << "\n";
}

void print_task(const tasks::Task& task, const tasks::TaskShape& shape) {
  std::cout << "\n" << task.name() << ": " << task.meaning() << "\n";
  std::cout << "  needs     " << task.needs() << "\n";
  if (const auto options = used_options(task); !options.empty()) {
    std::cout << "  options  ";
    for (const std::string_view option : options) std::cout << " training." << option;
    std::cout << "\n";
  }
  if (const auto problem = task.check(shape)) {
    std::cout << "  refused   at this shape: " << *problem << "\n";
    return;
  }
  const Example example = make_example(task, shape);
  const auto width = static_cast<int>(std::to_string(std::max(shape.vocabulary, shape.length) - 1).size());
  print_row("tokens", example.tokens, width);
  print_row("targets", example.targets, width);
  print_row("keys", example.keys, width);
  std::cout << "  accuracy  chance " << task.chance_accuracy(shape) << ", no attention "
            << task.no_attention_accuracy(shape) << ", context guess " << task.context_guess_accuracy(shape)
            << ", ceiling " << task.ceiling_accuracy(shape) << "\n";
}

void print_table(const std::vector<const tasks::Task*>& chosen, const tasks::TaskShape& shape) {
  std::cout << "Length " << shape.length << ", vocabulary " << shape.vocabulary
            << " (SEP, where a task has one: " << shape.vocabulary - 1
            << "). targets: '.' carries no loss; keys: the position that each target "
            << "needs, '.' none or no single one.\n"
            << std::setprecision(4);
  for (const tasks::Task* const task : chosen) print_task(*task, shape);
}

int list_tasks(const TasksOptions& options) {
  const auto chosen = choose_tasks(options.name);
  if (options.format == "json") {
    print_json(chosen, options.shape);
  } else {
    print_table(chosen, options.shape);
  }
  return kDone;
}

}  // namespace

void add_tasks_command(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("tasks", "List the tasks with an example each");
  auto options = std::make_shared<TasksOptions>();
  tasks::TaskShape& shape = options->shape;
  command->add_option("task", options->name, "only this one");
  command->add_option("--format", options->format, "table or json")->check(CLI::IsMember({"table", "json"}));
  command->add_option("--length", shape.length, "positions of the example [12]")->check(CLI::Range(1, 4096));
  command->add_option("--vocabulary", shape.vocabulary, "token ids [16]")->check(CLI::Range(2, 65536));
  command->add_option("--shift", shape.shift, "positions a token moves [1]")->check(CLI::Range(0, 4095));
  command->add_option("--pairs", shape.pairs, "key-value pairs [0: as many as fit]")
      ->check(CLI::Range(0, 2048));
  command->add_option("--queries", shape.queries, "questions [0: the task's choice]")
      ->check(CLI::Range(0, 4095));
  command->footer("Example:\n  headsweep tasks associative_recall --length 24 --vocabulary 32 --pairs 6");
  command->callback([options, &chosen] { chosen = [options] { return list_tasks(*options); }; });
}

}  // namespace headsweep::cli
