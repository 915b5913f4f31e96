// headsweep: parses the command line, runs one subcommand, turns errors into one line and an exit code.

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string_view>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/usage_error.h"
#include "cli/version.h"

namespace {

using namespace headsweep;

constexpr const char* kDescription =
    "Parameter-matched attention experiments: plan a sweep, train it on many workers, query the results.";

// Under a launcher every rank parses the same words; one of them tells the user what is wrong with them.
bool speaks_for_all_ranks() {
  for (const char* variable : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"}) {
    if (const char* rank = std::getenv(variable)) return std::string_view(rank) == "0";
  }
  return true;
}

int refuse_usage(const std::string& what) {
  // mpirun ends the job at the first code that is not zero, perhaps before rank 0 has spoken.
  if (!speaks_for_all_ranks()) return cli::kDone;
  std::cerr << "headsweep: " << what << std::endl;
  return cli::kWrongUsage;
}

int report_usage(const CLI::App& app, const CLI::ParseError& error) {
  const bool asked_for_help = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success);
  if (asked_for_help) {
    if (speaks_for_all_ranks()) app.exit(error, std::cout, std::cerr);
    return cli::kDone;
  }
  return refuse_usage(cli::describe_usage_error(app, error));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(kDescription, "headsweep");
  app.set_version_flag("--version", cli::version_line());
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);

  cli::Action chosen;
  cli::add_plan_command(app, chosen);
  cli::add_run_command(app, chosen);
  cli::add_submit_command(app, chosen);
  cli::add_status_command(app, chosen);
  cli::add_query_command(app, chosen);
  cli::add_measure_command(app, chosen);
  cli::add_graph_command(app, chosen);
  cli::add_tasks_command(app, chosen);
  cli::add_retry_command(app, chosen);
  cli::add_cancel_command(app, chosen);
  cli::add_logs_command(app, chosen);
  cli::add_report_command(app, chosen);
  cli::add_export_command(app, chosen);
  cli::add_merge_command(app, chosen);
  cli::add_verify_command(app, chosen);
  cli::add_doctor_command(app, chosen);

  if (const auto what = cli::unknown_command(app, argc, argv)) return refuse_usage(*what);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return report_usage(app, error);
  }
  try {
    return chosen();
  } catch (const std::exception& error) {
    std::cerr << "headsweep: " << error.what() << std::endl;
    return cli::kError;
  }
}
