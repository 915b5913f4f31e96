// headsweep report: a store as one HTML page.

#include <chrono>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/paper_report.h"
#include "cli/program_output.h"
#include "errors/user_error.h"
#include "results/reader.h"
#include "results/report/report.h"
#include "results/status.h"
#include "worker/agent/trainer_executable.h"

namespace headsweep::cli {
namespace {

struct ReportOptions {
  std::string store;
  std::vector<std::string> files;  // the store, or with --paper also checkpoints
  std::string out;
  bool paper = false;
  std::string format = "table";
  bool watch = false;
  std::int64_t every = 30;
};

std::string ask_trainer(const std::vector<std::filesystem::path>& models) {
  std::vector<std::string> argv = {agent::find_trainer().string(), "--attention"};
  for (const std::filesystem::path& model : models) argv.push_back(model.string());
  ProgramOutput output = run_program(argv);
  if (output.exit_code != 0)
    throw UserError("headsweep-trainer ended with code " + std::to_string(output.exit_code));
  return std::move(output.stdout_text);
}

void write_report(const ReportOptions& options, results::StoreReader& store,
                  std::optional<std::int64_t> reload_seconds) {
  report::replace_file(options.out, report::make_report(store, ask_trainer, reload_seconds));
}

// Whenever trials have ended, until none is left. A connection each time: on file systems without a write-ahead log an
// open one could keep the writer waiting.
void watch_store(const ReportOptions& options) {
  std::int64_t shown = -1;
  while (true) {
    results::StoreReader store(options.store);
    const results::Status status = results::read_status(store);
    const bool over = status.is_over();
    const std::int64_t ended = status.trials() - status.unfinished();
    if (ended != shown || over) {
      write_report(options, store, over ? std::nullopt : std::optional(options.every));
      std::cerr << "headsweep: " << options.out << " shows " << ended << " of " << status.trials()
                << " trials\n";
    }
    if (over) return;
    shown = ended;
    std::this_thread::sleep_for(std::chrono::seconds(options.every));
  }
}

int print_paper(const ReportOptions& options) {
  if (!options.out.empty() || options.watch)
    throw UserError("--paper prints tables: give neither --out nor --watch");
  std::cout << paper_report(options.files, options.format);
  return kDone;
}

int make_report(ReportOptions& options) {
  if (options.paper) return print_paper(options);
  if (options.files.size() != 1) throw UserError("give one STORE; several files go with --paper");
  if (options.out.empty()) throw UserError("give --out FILE, the page to write");
  options.store = options.files.front();
  if (options.watch) {
    watch_store(options);
    return kDone;
  }
  results::StoreReader store(options.store);
  write_report(options, store, std::nullopt);
  std::cerr << "headsweep: " << options.out << " shows " << options.store << "; open it in a browser\n";
  return kDone;
}

}  // namespace

void add_report_command(CLI::App& app, Action& chosen) {
  CLI::App* command =
      app.add_subcommand("report", "A store as one HTML page: answers, figures, tables, settings");
  auto options = std::make_shared<ReportOptions>();
  command
      ->add_option("STORE", options->files,
                   "store (SQLite); with --paper also checkpoints like 4_heads_copy.pt")
      ->required();
  command->add_option("--out", options->out, "file to write; replaced if it is there")->type_name("FILE");
  command->add_flag("--watch", options->watch, "write it again as results come, until all trials have ended");
  command->add_option("--every", options->every, "with --watch: seconds between two looks at the store")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
  command->add_flag("--paper", options->paper,
                    "print the paper's tables instead: mixing time and fidelity by task, heads and layer");
  command->add_option("--format", options->format, "of these tables: table or markdown")
      ->check(CLI::IsMember({"table", "markdown"}))
      ->capture_default_str();
  command->footer("Example:\n  headsweep report results.db --out report.html");
  command->callback([options, &chosen] { chosen = [options] { return make_report(*options); }; });
}

}  // namespace headsweep::cli
