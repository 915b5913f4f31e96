// headsweep export: a CSV file a view, or a copy of the store.

#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "results/datasette.h"
#include "results/export.h"
#include "results/reader.h"
#include "results/report/report.h"

namespace headsweep::cli {
namespace {

struct ExportOptions {
  std::string store;
  std::string out;
  std::string snapshot;
  std::string datasette;
};

int export_store(const ExportOptions& options) {
  results::StoreReader store(options.store);
  if (!options.out.empty()) {
    const auto files = results::export_views(store, options.out);
    std::cerr << "headsweep: " << files.size() << " files in " << options.out << "; "
              << files.back().filename().string() << " says what each column means\n";
  }
  if (!options.datasette.empty()) {
    report::replace_file(options.datasette, results::datasette_metadata(store));
    std::cerr << "headsweep: look at it with: datasette " << options.store << " --metadata "
              << options.datasette << "\n";
  }
  if (!options.snapshot.empty()) {
    results::export_snapshot(store, options.snapshot);
    std::cerr << "headsweep: " << options.snapshot << " is a copy of " << options.store
              << ", without the kept weights and logs beside it\n";
  }
  return kDone;
}

}  // namespace

void add_export_command(CLI::App& app, Action& chosen) {
  CLI::App* command =
      app.add_subcommand("export", "The views as CSV files, or a consistent copy of the store");
  auto options = std::make_shared<ExportOptions>();
  command->add_option("STORE", options->store, "store (SQLite)")->required();
  CLI::Option_group* what = command->add_option_group("what");
  what->add_option("--out", options->out, "folder for a CSV file a view and a data dictionary")
      ->type_name("DIR");
  what->add_option("--snapshot", options->snapshot, "new file for a copy, also while a run writes")
      ->type_name("FILE");
  what->add_option("--datasette", options->datasette,
                   "file for titles, columns and canned queries of Datasette")
      ->type_name("FILE");
  what->require_option(1, 3);
  command->footer("Example:\n  headsweep export results.db --out results-csv");
  command->callback([options, &chosen] { chosen = [options] { return export_store(*options); }; });
}

}  // namespace headsweep::cli
