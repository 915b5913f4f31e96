// headsweep cancel: planned trials leave the plan; without --trial a run that is under way is stopped first.

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/owner_patience.h"
#include "cli/program_output.h"
#include "cli/shard_status.h"
#include "cli/slurm_jobs.h"
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
constexpr std::chrono::milliseconds kLookAtQueue{500};
constexpr std::chrono::seconds kAnswer{10};  // of SLURM's programs

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

// Job by job: one that runs writes checkpoints first and does not come back, because it may not be requeued any more.
void ask_to_end(const SlurmJob& job) {
  (void)ask_program({"scontrol", "update", "JobId=" + job.element.id, "Requeue=0"}, kAnswer);
  if (job.state == "RUNNING") {
    (void)ask_program({"scancel", "--batch", "--signal=USR1", job.element.id}, kAnswer);
  } else {
    (void)ask_program({"scancel", job.element.id}, kAnswer);
  }
}

void cancel_slurm_jobs(const std::string& store) {
  std::vector<SlurmJob> jobs = active_slurm_jobs(store);
  if (jobs.empty()) return;
  // The last submitted first: a job that depends on another is not to begin because that one ends.
  std::ranges::reverse(jobs);
  for (const SlurmJob& job : jobs) {
    std::cerr << "headsweep: ending SLURM job " << job.element.id << " (" << job.state << ")\n";
    ask_to_end(job);
  }
  const auto deadline = std::chrono::steady_clock::now() + kDrain;
  while (!(jobs = active_slurm_jobs(store)).empty()) {
    if (std::chrono::steady_clock::now() >= deadline) {
      for (const SlurmJob& job : jobs) (void)ask_program({"scancel", job.element.id}, kAnswer);
      throw UserError("SLURM job " + jobs.front().element.id +
                      " did not stop within a minute and was cancelled by force; run this command again");
    }
    std::this_thread::sleep_for(kLookAtQueue);
  }
}

int cancel(const TrialList& list) {
  if (list.trials.empty()) cancel_slurm_jobs(list.store);
  if (is_still_in_shards(list.store)) {
    std::cerr << "headsweep: the shards of " << list.store
              << " are not merged yet: their trials stay planned; 'headsweep merge' makes one store of what "
                 "is done\n";
    return kDone;
  }
  { const results::StoreReader must_exist(list.store); }
  if (list.trials.empty()) drain_run(list.store);
  results::OwnedStore store(list.store, owner_patience());
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
