// headsweep run: freezes the plan in the store, trains what is not done yet, measures, writes.

#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/leftovers.h"
#include "cli/owner_patience.h"
#include "cli/progress_display.h"
#include "cli/run_log.h"
#include "cli/step_forecast.h"
#include "cli/sweep_options.h"
#include "cli/time_left.h"
#include "cli/training_options.h"
#include "cli/whole_number.h"
#include "cli/worker_devices.h"
#include "errors/user_error.h"
#include "orchestrator/launcher.h"
#include "orchestrator/run_sweep.h"
#include "orchestrator/stop_signal.h"
#include "results/store.h"
#include "results/tf32_results.h"
#include "sweep/duration.h"
#include "worker/agent/trainer_executable.h"

namespace headsweep::cli {
namespace {

struct RunCommandOptions : TrainingOptions {
  SweepOptions sweep;
  std::string store;
  std::string stack = "auto";
  std::string shard;
  std::string walltime;
  std::string log_level = "info";
  bool extend = false;
  bool quiet = false;
};

std::optional<double> walltime_of(const RunCommandOptions& options) {
  if (options.walltime.empty()) return std::nullopt;
  const std::optional<double> seconds = sweep::parse_duration(options.walltime);
  if (seconds) return seconds;
  throw UserError("--walltime " + options.walltime + ": must be a duration such as 90s, 30m or 2h");
}

// Passes everything on to several observers.
class Observers final : public orchestrator::RunObserver {
 public:
  explicit Observers(std::vector<orchestrator::RunObserver*> all) : all_(std::move(all)) {}
  void on_progress(const orchestrator::Progress& progress) override {
    for (auto* observer : all_) observer->on_progress(progress);
  }
  void on_record(const results::Record& record) override {
    for (auto* observer : all_) observer->on_record(record);
  }

 private:
  std::vector<orchestrator::RunObserver*> all_;
};

// How the coordinator reaches its workers: embedded ones, or the other ranks.
using Train = std::function<orchestrator::Ending(orchestrator::FrozenRun, const orchestrator::RunOptions&,
                                                 orchestrator::RunObserver&)>;

// What ends a run before its work does. Made as the process begins, so that nothing before training goes uncounted and
// no signal kills it there.
struct Limits {
  orchestrator::StopSignal stop;
  TimeLeft time;

  explicit Limits(const RunCommandOptions& options) : time(walltime_of(options)) {}
};

int exit_code(const orchestrator::Ending& ending) {
  switch (ending.end) {
    case orchestrator::RunEnd::kAllDone:
      return kDone;
    case orchestrator::RunEnd::kSomeFailed:
      return kSomeFailed;
    case orchestrator::RunEnd::kStopped:
      return kUnfinished;
  }
  return kError;
}

void say(const RunCommandOptions& options, const std::string& line) {
  if (!options.quiet) std::cerr << "headsweep: " << line << std::endl;
}

std::int64_t cancelled(const results::FrozenSweep& frozen) {
  return frozen.trials - frozen.done - frozen.failed - std::ssize(frozen.open);
}

std::string describe(const results::FrozenSweep& frozen) {
  const std::string cancelled_text =
      cancelled(frozen) > 0 ? ", " + std::to_string(cancelled(frozen)) + " cancelled" : "";
  return "sweep " + frozen.name + ": " + std::to_string(frozen.trials) + " trials, " +
         std::to_string(frozen.done) + " done, " + std::to_string(frozen.failed) + " failed" +
         cancelled_text + ", " + std::to_string(frozen.open.size()) + " to train";
}

// Trials of one sweep that are trained by different steps differ in more than their settings say.
std::optional<std::string> describe_steps(const RunCommandOptions& options,
                                          const results::FrozenSweep& frozen, std::int64_t members) {
  if (options.run.step == "eager") return std::nullopt;
  StepForecast steps(options.run.step, options.run.device, members);
  for (const results::OpenTrial& trial : frozen.open) steps.add(trial.settings);
  if (steps.eager() == 0 || (steps.fused() == 0 && options.run.step == "auto")) return std::nullopt;
  return "on " + steps.devices() + " " + std::to_string(steps.eager()) + " trials take the eager step (" +
         steps.eager_by_reason().begin()->first + "), " + std::to_string(steps.fused()) +
         " the fused one; --step eager gives all of them the same";
}

std::string describe(const orchestrator::Ending& ending, const std::string& store, std::int64_t cancelled) {
  switch (ending.end) {
    case orchestrator::RunEnd::kAllDone:
      return (cancelled == 0 ? "all trials done"
                             : "all trials done but " + std::to_string(cancelled) + " cancelled") +
             std::string("; see: headsweep query ") + store + " summary";
    case orchestrator::RunEnd::kSomeFailed:
      return "finished, some trials failed; see: headsweep query " + store + " failures";
    case orchestrator::RunEnd::kStopped:
      return "stopped (" + ending.why + "); the same command resumes";
  }
  return "";
}

std::optional<sweep::Shard> shard_of(const RunCommandOptions& options, const sweep::Sweep& sweep) {
  if (options.shard.empty()) return std::nullopt;
  if (sweep.replicate)
    throw UserError("--shard: a sweep with [replicate] decides from all of its trials; run it in one store");
  const auto shard = sweep::parse_shard(options.shard);
  if (shard) return shard;
  throw UserError("--shard " + options.shard +
                  ": must be i/K with i from 1 to K, such as 2/4, and K at most " +
                  std::to_string(sweep::kMostShards));
}

// What `work` returns; nothing, and a line, if a signal ended it.
template <class Work>
auto unless_stopped(const RunCommandOptions& options, const Work& work) -> std::optional<decltype(work())> {
  try {
    return work();
  } catch (const results::StoppedWaiting& stopped) {
    say(options, stopped.what());
    return std::nullopt;
  }
}

// `notes`: of the plan, where it was made.
results::FrozenSweep freeze(const RunCommandOptions& options, const sweep::Sweep& sweep, const Limits& limits,
                            results::OwnedStore& store, std::vector<std::string>& notes) {
  const auto if_changed = options.extend ? results::IfChanged::kExtend : results::IfChanged::kRefuse;
  const auto stop_if_asked = [&] {
    if (limits.stop.received())
      throw results::StoppedWaiting("stopped while its plan was made; the same command begins again");
  };
  const auto expand = [&] {
    sweep::Plan plan = sweep::make_plan(sweep, options.sweep.max_trials, stop_if_asked);
    notes = plan.notes;
    return plan;
  };
  return store.freeze(sweep, if_changed, expand, shard_of(options, sweep));
}

int coordinate(const RunCommandOptions& options, std::int64_t workers, const Limits& limits,
               const Train& train) {
  const sweep::Sweep sweep = read_sweep(options.sweep);
  orchestrator::require_gangs_fit(sweep.resources, options.run, workers);
  std::optional<results::OwnedStore> owned = unless_stopped(options, [&] {
    return results::OwnedStore(options.store,
                               owner_patience([&] { return limits.stop.received().has_value(); }));
  });
  if (!owned) return kUnfinished;
  results::OwnedStore& store = *owned;
  results::require_equal_tf32(store, options.run.tf32);
  std::vector<std::string> notes;
  std::optional<results::FrozenSweep> written =
      unless_stopped(options, [&] { return freeze(options, sweep, limits, store, notes); });
  if (!written) return kUnfinished;
  results::FrozenSweep& frozen = *written;
  remove_needless_checkpoints(store);
  if (const auto steps = describe_steps(options, frozen, sweep.resources.gpus_per_trial))
    notes.push_back(*steps);
  const std::int64_t left_out = cancelled(frozen);
  RunLog log(results::store_folder(options.store) / "logs" / "run.log", options.log_level);
  const auto tell = [&](const std::string& line) {
    say(options, line);
    log.say(line);
  };
  for (const std::string& note : notes) tell(note);
  tell(describe(frozen));
  if (!frozen.amendment.empty()) tell(frozen.amendment);
  if (const std::int64_t members = sweep.resources.gpus_per_trial; members > 1) {
    tell("gpus_per_trial = " + std::to_string(members) + ": gangs of " + std::to_string(members) +
         " workers train a trial together; " + std::to_string(workers / members) + " at once with " +
         std::to_string(workers) + " workers");
  }
  if (frozen.open.empty()) {
    // The run before this one ended between its last trial and this decision.
    std::optional<results::Replication> more =
        unless_stopped(options, [&] { return store.replicate(sweep); });
    if (!more) return kUnfinished;
    frozen.trials += std::ssize(more->open);
    frozen.open = std::move(more->open);
    if (!more->said.empty()) tell(more->said);
  }
  ProgressDisplay display(stderr_reaches_terminal());
  std::vector<orchestrator::RunObserver*> watching = {&log};
  if (!options.quiet) watching.push_back(&display);
  Observers observers(watching);
  orchestrator::RunOptions run = options.run;
  run.walltime_seconds = limits.time.seconds();
  const orchestrator::Ending ending = train({sweep, std::move(frozen), store}, run, observers);
  if (!options.quiet) display.finish();
  if (ending.error) throw UserError(*ending.error);
  if (ending.end != orchestrator::RunEnd::kStopped) remove_leftovers(options.store);
  tell(describe(ending, options.store, left_out));
  return exit_code(ending);
}

int run_embedded(const RunCommandOptions& options, const Limits& limits) {
  const std::filesystem::path trainer = agent::find_trainer(options.trainer);
  const std::vector<agent::TrainerDevice> devices = embedded_devices(options, trainer);
  const std::int64_t workers = std::ssize(devices);
  return coordinate(options, workers, limits,
                    [&](orchestrator::FrozenRun frozen, const orchestrator::RunOptions& run,
                        orchestrator::RunObserver& observer) {
                      return orchestrator::run_embedded(std::move(frozen), run, devices, trainer, limits.stop,
                                                        observer);
                    });
}

// Rank 0 says what is wrong; the others are told to leave by MpiSession::end().
int run_coordinator_rank(const RunCommandOptions& options, orchestrator::MpiSession& session,
                         const RankDevices& devices, const Limits& limits) {
  try {
    if (session.workers() == 0) return run_embedded(options, limits);
    if (options.workers) say(options, "--workers is ignored: every rank but the first is a worker");
    // Its own installation stands for the workers': what is missing here is told before the sweep is frozen.
    const std::filesystem::path trainer = agent::find_trainer(options.trainer);
    if (options.run.device == "cuda" && session.on_one_host() && !devices.any_gpu)
      throw UserError(no_cuda_device(options, find_gpus("cuda", trainer).why_none));
    return coordinate(options, session.workers(), limits,
                      [&](orchestrator::FrozenRun frozen, const orchestrator::RunOptions& run,
                          orchestrator::RunObserver& observer) {
                        return orchestrator::run_as_coordinator(std::move(frozen), run, session, limits.stop,
                                                                observer);
                      });
  } catch (const std::exception& error) {
    std::cerr << "headsweep: " << error.what() << std::endl;
    return kError;
  }
}

// The others go on without it, so it is no failure of the run; if no worker is left, rank 0 says so.
int leave_without_device(const RunCommandOptions& options, const orchestrator::MpiSession& session,
                         const RankDevices& devices) {
  if (!devices.any_gpu && session.on_one_host()) return kError;  // rank 0 says it once for all
  const std::string why =
      devices.any_gpu
          ? "every GPU of its host is another worker's; start one worker a GPU, or use --device cpu"
          : no_cuda_device(options, devices.why_none);
  std::cerr << "headsweep: worker " << session.rank() << " leaves: " << why << std::endl;
  return kDone;
}

int run_worker_rank(const RunCommandOptions& options, orchestrator::MpiSession& session,
                    const RankDevices& devices) {
  if (!devices.own) return leave_without_device(options, session, devices);
  try {
    const bool dismissed = orchestrator::run_as_worker(session, agent::trainer_path(options.trainer),
                                                       *devices.own, options.run.threads);
    return dismissed ? kDone : kError;
  } catch (const std::exception& error) {
    std::cerr << "headsweep: worker " << session.rank() << ": " << error.what() << std::endl;
    return kError;
  }
}

int run_under_launcher(const RunCommandOptions& options, const Limits& limits) {
  orchestrator::MpiSession session;
  const RankDevices devices = devices_of_ranks(options, session);
  const int code = session.rank() == 0 ? run_coordinator_rank(options, session, devices, limits)
                                       : run_worker_rank(options, session, devices);
  return session.end(code);
}

int run(RunCommandOptions options) {
  resolve_tf32(options);
  if (options.stack != "auto") options.run.stack = std::stoll(options.stack);
  // mpirun passes USR1 on to every rank, terminals and SLURM more: what a signal means for all is decided by rank 0, and
  // the others only live on.
  const Limits limits(options);
  switch (orchestrator::detect_launcher()) {
    case orchestrator::Launcher::kMpi:
      return run_under_launcher(options, limits);
    case orchestrator::Launcher::kSrunWithoutMpi:
      throw UserError("srun started several tasks that cannot reach each other; use srun --mpi=pmix");
    case orchestrator::Launcher::kNone:
      break;
  }
  return run_embedded(options, limits);
}

}  // namespace

void add_run_command(CLI::App& app, Action& chosen) {
  CLI::App* command =
      app.add_subcommand("run", "Train and measure what is not done yet; the same command resumes");
  auto options = std::make_shared<RunCommandOptions>();
  add_sweep_options(*command, options->sweep);
  command->add_option("--store", options->store, "results (SQLite); made if it is not there")
      ->required()
      ->type_name("FILE");
  add_workers_option(*command, *options);
  add_training_options(*command, *options);
  add_stack_option(*command, options->stack);
  command->add_option("--limit", options->run.limit, "train at most N trials now")->check(whole_number(0));
  command->add_option("--shard", options->shard, "train only the i-th of K parts, in a store of its own")
      ->type_name("i/K");
  command
      ->add_option("--walltime", options->walltime,
                   "stop, resumable, before it is over; default: that of the SLURM job")
      ->type_name("TIME");
  command->add_flag("--extend", options->extend, "accept a changed sweep: keep what is done, plan the rest");
  command->add_flag("--quiet", options->quiet, "errors only");
  command->add_option("--log-level", options->log_level, "of STORE.d/logs/run.log: debug, info, warn, error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  command->footer("Example:\n  headsweep run configs/quickstart.toml --store results.db");
  command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace headsweep::cli
