// The subcommands. Each add_*() describes its command line in `app`; when the user chose that command, parsing
// stores what to do in `chosen`. The action returns an ExitCode and may throw UserError.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace headsweep::cli {

using Action = std::function<int()>;

void add_plan_command(CLI::App& app, Action& chosen);
void add_run_command(CLI::App& app, Action& chosen);
void add_status_command(CLI::App& app, Action& chosen);
void add_submit_command(CLI::App& app, Action& chosen);
void add_merge_command(CLI::App& app, Action& chosen);
void add_query_command(CLI::App& app, Action& chosen);
void add_measure_command(CLI::App& app, Action& chosen);
void add_retry_command(CLI::App& app, Action& chosen);
void add_cancel_command(CLI::App& app, Action& chosen);
void add_logs_command(CLI::App& app, Action& chosen);
void add_report_command(CLI::App& app, Action& chosen);
void add_export_command(CLI::App& app, Action& chosen);
void add_verify_command(CLI::App& app, Action& chosen);
void add_doctor_command(CLI::App& app, Action& chosen);
void add_graph_command(CLI::App& app, Action& chosen);
void add_tasks_command(CLI::App& app, Action& chosen);

}  // namespace headsweep::cli
