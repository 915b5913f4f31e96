// headsweep cancel: planned trials leave the plan; without --trial a run that is under way is stopped first.

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/trial_list.h"
#include "errors/user_error.h"
#include "results/clock.h"
#include "results/owner_lock.h"
#include "results/reader.h"
#include "results/store.h"
#include "results/trial_states.h"

namespace headsweep::cli {
namespace {

constexpr std::chrono::seconds kDrain{60};  // a stopped run has checkpointed and committed by then
constexpr std::chrono::milliseconds kLook{50};

std::optional<results::Owner> owner_of(const std::string& store) {
  return results::current_owner(results::store_folder(store) / "owner");
}

// Asks the run that writes to the store to stop, and waits until it has let go.
void drain_run(const std::string& store) {
  const std::optional<results::Owner> owner = owner_of(store);
  if (!owner) return;
  if (owner->host != results::host_name()) {
    throw UserError(store + " is written by a run on host " + owner->host + ", pid " +
                    std::to_string(owner->pid) + ": run this command there, or stop that run first");
  }
  std::cerr << "headsweep: stopping the run of pid " << owner->pid << "\n";
  if (kill(static_cast<pid_t>(owner->pid), SIGUSR1) != 0 && errno != ESRCH) {
    throw UserError("cannot stop the run of pid " + std::to_string(owner->pid) + ": " + std::strerror(errno));
  }
  const auto deadline = std::chrono::steady_clock::now() + kDrain;
  while (owner_of(store)) {
    if (std::chrono::steady_clock::now() >= deadline) {
      throw UserError("the run of pid " + std::to_string(owner->pid) +
                      " did not stop within a minute; end it and run "
                      "this command again");
    }
    std::this_thread::sleep_for(kLook);
  }
}

int cancel(const TrialList& list) {
  { const results::StoreReader must_exist(list.store); }
  if (list.trials.empty()) drain_run(list.store);
  results::OwnedStore store(list.store);
  const std::int64_t count = results::cancel_trials(store, list.trials);
  std::cerr << "headsweep: " << count << (count == 1 ? " trial" : " trials")
            << " cancelled; 'headsweep retry STORE --trial K' plans one again\n";
  return kDone;
}

}  // namespace

void add_cancel_command(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("cancel", "Take planned trials out of the plan; what is done stays");
  auto list = std::make_shared<TrialList>();
  add_trial_list(*command, *list, "planned; default: stop the run, then all that is planned");
  command->footer("Example:\n  headsweep cancel results.db --trial 7");
  command->callback([list, &chosen] { chosen = [list] { return cancel(*list); }; });
}

}  // namespace headsweep::cli
