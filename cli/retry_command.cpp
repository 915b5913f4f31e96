// headsweep retry: failed trials go back in the plan; the next run trains them.

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/owner_patience.h"
#include "cli/trial_list.h"
#include "results/reader.h"
#include "results/store.h"
#include "results/trial_states.h"

namespace headsweep::cli {
namespace {

int retry(const TrialList& list) {
  { const results::StoreReader must_exist(list.store); }
  results::OwnedStore store(list.store, owner_patience());
  const std::int64_t count = results::retry_trials(store, list.trials);
  std::cerr << "headsweep: " << count << (count == 1 ? " trial is" : " trials are")
            << " planned again; the command that ran the sweep trains what is planned\n";
  return kDone;
}

}  // namespace

void add_retry_command(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("retry", "Put failed trials back in the plan, for the next run");
  auto list = std::make_shared<TrialList>();
  add_trial_list(*command, *list, "failed or cancelled; default: every failed trial");
  command->footer("Example:\n  headsweep retry results.db --trial 7 --trial 12");
  command->callback([list, &chosen] { chosen = [list] { return retry(*list); }; });
}

}  // namespace headsweep::cli
