// headsweep submit: writes the batch script that runs, requeues and resumes a sweep, and hands it to sbatch.

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/find_program.h"
#include "cli/program_output.h"
#include "cli/slurm_jobs.h"
#include "cli/sweep_options.h"
#include "cli/training_options.h"
#include "cli/version.h"
#include "cli/whole_number.h"
#include "errors/user_error.h"
#include "orchestrator/slurm/estimate.h"
#include "orchestrator/slurm/job_script.h"
#include "orchestrator/slurm/submitted_jobs.h"
#include "orchestrator/slurm/time_limit.h"
#include "results/clock.h"
#include "results/owner_lock.h"
#include "results/store.h"
#include "results/training_progress.h"
#include "sweep/shard.h"

namespace headsweep::cli {
namespace {

namespace fs = std::filesystem;

struct SubmitOptions : TrainingOptions {
  SweepOptions sweep;
  std::string store;
  std::string stack = "auto";
  sweep::SlurmOptions slurm;
  std::optional<std::int64_t> array;
  bool extend = false;
  bool dry_run = false;
};

// $XDG_CONFIG_HOME/headsweep/slurm.toml, by default ~/.config/headsweep/slurm.toml; empty without a home.
std::string personal_defaults() {
  // Nothing in this program writes to the environment.
  const char* config = std::getenv("XDG_CONFIG_HOME");  // NOLINT(concurrency-mt-unsafe)
  const char* home = std::getenv("HOME");               // NOLINT(concurrency-mt-unsafe)
  if (config != nullptr && *config == '/') return (fs::path(config) / "headsweep" / "slurm.toml").string();
  if (home == nullptr || *home != '/') return "";
  return (fs::path(home) / ".config" / "headsweep" / "slurm.toml").string();
}

sweep::SlurmOptions all_slurm_options(const SubmitOptions& options, const sweep::Sweep& sweep) {
  sweep::SlurmOptions given = options.slurm;
  if (given.setup) given.setup = fs::absolute(*given.setup).string();
  const std::string personal = personal_defaults();
  const sweep::SlurmOptions defaults =
      personal.empty() ? sweep::SlurmOptions() : sweep::read_slurm_file(personal);
  return with_defaults(std::move(given), with_defaults(sweep.slurm, defaults));
}

std::vector<std::string> run_arguments(const SubmitOptions& options) {
  std::vector<std::string> words = words_of(options);
  if (options.stack != "auto") {
    words.emplace_back("--stack");
    words.push_back(options.stack);
  }
  for (const std::string& change : options.sweep.overrides) {
    words.emplace_back("--set");
    words.push_back(change);
  }
  if (options.sweep.max_trials != sweep::kDefaultMaxTrials) {
    words.emplace_back("--max-trials");
    words.push_back(std::to_string(options.sweep.max_trials));
  }
  if (options.extend) words.emplace_back("--extend");
  return words;
}

slurm::JobScript describe_job(const SubmitOptions& options, const sweep::Sweep& sweep) {
  slurm::JobScript script = {.headsweep = fs::read_symlink("/proc/self/exe").string(),
                             .version = version_line(),
                             .sweep_file = fs::absolute(options.sweep.file).string(),
                             .sweep_name = sweep.name,
                             .store = fs::absolute(options.store).string(),
                             .run_arguments = run_arguments(options),
                             .slurm = all_slurm_options(options, sweep),
                             .checkpoint_every_seconds = sweep.resources.checkpoint_every_seconds,
                             .shards = options.array};
  require_writable(script);
  return script;
}

std::int64_t count_trials(const SubmitOptions& options, const sweep::Sweep& sweep) {
  return std::ssize(sweep::make_plan(sweep, options.sweep.max_trials).trials);
}

results::OpenWork open_work_of(const std::string& store, bool gpus) {
  results::StoreReader reader(store);
  return results::open_work(reader, gpus ? "cuda" : "cpu");
}

// By the stores that the jobs go on with; what none of them holds yet is counted in the plan.
results::OpenWork work_left(const SubmitOptions& options, const sweep::Sweep& sweep, bool gpus) {
  std::vector<std::string> stores = {options.store};
  for (std::int64_t i = 1; i <= options.array.value_or(0); ++i) {
    if (i == 1) stores.clear();
    stores.push_back(slurm::shard_store(options.store, std::to_string(i), *options.array));
  }
  results::OpenWork sum{};
  bool all_there = true;
  for (const std::string& store : stores) {
    if (!fs::exists(store)) {
      all_there = false;
      continue;
    }
    const results::OpenWork work = open_work_of(store, gpus);
    sum.open += work.open;
    sum.measured += work.measured;
    sum.worker_seconds += work.worker_seconds;
  }
  return all_there ? sum : results::OpenWork{count_trials(options, sweep), 0, 0};
}

void print_estimate(const SubmitOptions& options, const sweep::Sweep& sweep, const slurm::JobScript& script) {
  const bool gpus = script.slurm.gpus_per_node.has_value();
  const results::OpenWork work = work_left(options, sweep, gpus);
  slurm::Estimate estimate = {.open = work.open,
                              .measured = work.measured,
                              .worker_seconds = work.worker_seconds,
                              .gpus = gpus,
                              .workers = slurm::planned_workers(script.slurm),
                              .slot_seconds = {}};
  if (estimate.workers) *estimate.workers *= script.shards.value_or(1);
  if (script.slurm.time) {
    const auto limit = slurm::parse_time_limit(*script.slurm.time);
    if (limit) {
      estimate.slot_seconds = *limit - slurm::seconds_before_end(script.checkpoint_every_seconds, limit);
    }
  }
  std::cerr << "headsweep: " << describe(estimate) << "\n";
}

// Two jobs cannot write to one store.
void require_free(const std::string& store) {
  const std::vector<SlurmJob> jobs = active_slurm_jobs(store);
  if (!jobs.empty()) {
    throw UserError(store + " has SLURM job " + jobs.front().element.id + " already (" + jobs.front().state +
                    "): see headsweep status " + store + ", or end it with headsweep cancel " + store);
  }
  if (const auto owner = results::current_owner(results::store_folder(store) / "owner")) {
    throw UserError(store + " is in use by " + describe(*owner) + ": wait until it ends, or stop it");
  }
}

void require_setup(const slurm::JobScript& script) {
  if (!script.slurm.setup || fs::is_regular_file(*script.slurm.setup)) return;
  throw UserError("--setup " + *script.slurm.setup + ": no such file");
}

fs::path write_script(const fs::path& folder, const std::string& name, const std::string& text) {
  const fs::path path = folder / name;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text << std::flush;
  if (!file)
    throw UserError("cannot write " + path.string() + "; give a --store in a folder that can be written");
  return path;
}

fs::path make_folders(const slurm::JobScript& script) {
  const fs::path folder = results::store_folder(script.store);
  std::error_code error;
  for (const fs::path& one : {folder / "logs", slurm::slurm_folder(folder)})
    fs::create_directories(one, error);
  if (error) {
    throw UserError("cannot create " + folder.string() + " beside the store: " + error.message() +
                    "; give a --store in a folder that exists and can be written");
  }
  return folder;
}

// Returns the job's id. What sbatch has to say of a refusal stands on stderr already.
std::string submit(std::vector<std::string> words, const fs::path& file) {
  words.insert(words.begin(), {"sbatch", "--parsable"});
  words.push_back(file.string());
  const ProgramOutput output = run_program(words);
  if (output.exit_code != 0) {
    throw UserError("sbatch refused the job (exit code " + std::to_string(output.exit_code) +
                    ", its message is above); the script is " + file.string());
  }
  const std::string id = output.stdout_text.substr(0, output.stdout_text.find_first_of(";\n"));
  if (id.empty() || id.find_first_not_of("0123456789") != std::string::npos) {
    throw UserError("sbatch printed no job id but '" + id + "'");
  }
  return id;
}

void record(const slurm::JobScript& script, const std::string& id, const std::string& what,
            std::int64_t elements) {
  slurm::add_submitted_job(results::store_folder(script.store), {id, what, elements, results::utc_now()});
}

std::string submit_merge(const slurm::JobScript& script, const fs::path& folder, const std::string& array) {
  try {
    const fs::path file = write_script(folder, "merge.sh", write_merge_script(script));
    return submit({"--dependency=afterok:" + array, "--kill-on-invalid-dep=yes"}, file);
  } catch (const UserError& error) {
    // Without the job that merges them the shards are not what was asked for.
    (void)run_program({"scancel", array});
    throw UserError(std::string(error.what()) + "; the array " + array + " was cancelled");
  }
}

int submit_jobs(const SubmitOptions& options, const slurm::JobScript& script) {
  if (!find_program("sbatch")) {
    throw UserError(
        "sbatch is not on the PATH: run this on a login node of a SLURM cluster, or train with headsweep "
        "run");
  }
  require_setup(script);
  require_free(options.store);
  const fs::path folder = slurm::slurm_folder(make_folders(script));
  const std::string id = submit({}, write_script(folder, "job.sh", write_job_script(script)));
  record(script, id, "train", script.shards.value_or(0));
  std::string merge;
  if (script.shards) {
    merge = submit_merge(script, folder, id);
    record(script, merge, "merge", 0);
  }
  std::cerr << "headsweep: submitted job " << id << (merge.empty() ? "" : ", merged by job " + merge)
            << "; see: headsweep status " << options.store << "\n";
  std::cout << id << "\n" << (merge.empty() ? "" : merge + "\n");
  return kDone;
}

int run(SubmitOptions options) {
  resolve_tf32(options);
  if (options.array && options.extend)
    throw UserError(
        "--extend beside --array: extend every shard by headsweep run --shard, or use another store");
  const sweep::Sweep sweep = read_sweep(options.sweep);
  const slurm::JobScript script = describe_job(options, sweep);
  print_estimate(options, sweep, script);
  if (!options.dry_run) return submit_jobs(options, script);
  std::cout << write_job_script(script);
  if (script.shards) std::cout << "\n" << write_merge_script(script);
  return kDone;
}

void add_slurm_options(CLI::App& command, sweep::SlurmOptions& slurm) {
  const auto number = [&](const char* name, std::optional<std::int64_t>& value, std::int64_t least,
                          std::int64_t most, const char* what) {
    command.add_option(name, value, what)->check(whole_number(least, most))->type_name("N");
  };
  const auto text = [&](const char* name, std::optional<std::string>& value, const char* what,
                        const char* type) { return command.add_option(name, value, what)->type_name(type); };
  number("--nodes", slurm.nodes, 1, sweep::kMostNodes, "default 1");
  number("--gpus-per-node", slurm.gpus_per_node, 1, sweep::kMostPerNode, "one worker each");
  number("--ntasks-per-node", slurm.ntasks_per_node, 1, sweep::kMostPerNode,
         "workers on CPUs; default one per allocated CPU");
  number("--cpus-per-task", slurm.cpus_per_task, 1, sweep::kMostPerNode, "cores of each worker; default 1");
  text("--time", slurm.time, "length of a slot: 2h, or as SLURM writes it", "TIME");
  text("--partition", slurm.partition, "as of sbatch, also the next four", "NAME");
  text("--account", slurm.account, "", "NAME");
  text("--qos", slurm.qos, "", "NAME");
  text("--constraint", slurm.constraint, "", "LIST");
  text("--mail-user", slurm.mail_user, "", "ADDRESS");
  text("--setup", slurm.setup, "site lines that the script reads first: modules, venv", "FILE");
  command.add_option("--sbatch-arg", slurm.sbatch_args, "any further argument of sbatch (repeatable)")
      ->type_name("ARG")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  text("--launcher", slurm.launcher, "mpirun (default) or srun", "NAME")
      ->check(CLI::IsMember({"mpirun", "srun"}));
  number("--max-restarts", slurm.max_restarts, 0, sweep::kMostRestarts,
         "requeue at most so often; default 1000");
}

}  // namespace

void add_submit_command(CLI::App& app, Action& chosen) {
  CLI::App* command =
      app.add_subcommand("submit", "Run a sweep as SLURM jobs that requeue and resume by themselves");
  auto options = std::make_shared<SubmitOptions>();
  add_sweep_options(*command, options->sweep);
  command->add_option("--store", options->store, "results (SQLite), on a file system that the nodes share")
      ->required()
      ->type_name("FILE");
  add_slurm_options(*command, options->slurm);
  command->add_option("--array", options->array, "K jobs, a shard and a store each, and one that merges them")
      ->check(whole_number(1, sweep::kMostShards))
      ->type_name("K");
  add_training_options(*command, *options);
  add_stack_option(*command, options->stack);
  command->add_flag("--extend", options->extend, "as of run");
  command->add_flag("--dry-run", options->dry_run, "print the script, touch nothing");
  command->footer(
      "Example:\n  headsweep submit sweep.toml --store results.db --gpus-per-node 4 --time 2h --dry-run");
  command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace headsweep::cli
