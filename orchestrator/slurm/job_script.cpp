#include "orchestrator/slurm/job_script.h"

#include <algorithm>
#include <utility>

#include "errors/user_error.h"
#include "orchestrator/slurm/job_script_text.h"
#include "orchestrator/slurm/shell_word.h"
#include "orchestrator/slurm/submitted_jobs.h"
#include "orchestrator/slurm/time_limit.h"

namespace headsweep::slurm {
namespace {

constexpr std::int64_t kDefaultMaxRestarts = 1000;

std::optional<std::int64_t> limit_of(const sweep::SlurmOptions& slurm) {
  return slurm.time ? parse_time_limit(*slurm.time) : std::nullopt;
}

// The #SBATCH lines.
class Directives {
 public:
  void add(const std::string& option, const std::string& value) {
    lines_ += "#SBATCH --" + option + "=" + directive_word(value) + "\n";
  }
  void add(const std::string& option, std::int64_t value) {
    lines_ += "#SBATCH --" + option + "=" + std::to_string(value) + "\n";
  }
  template <class T>
  void add(const std::string& option, const std::optional<T>& value) {
    if (value) add(option, *value);
  }
  void add_raw(const std::string& text) { lines_ += "#SBATCH " + text + "\n"; }
  [[nodiscard]] const std::string& lines() const { return lines_; }

 private:
  std::string lines_;
};

void add_site(Directives& directives, const sweep::SlurmOptions& slurm) {
  if (const auto limit = limit_of(slurm)) directives.add_raw("--time=" + time_limit_text(*limit));
  directives.add("partition", slurm.partition);
  directives.add("account", slurm.account);
  directives.add("qos", slurm.qos);
  directives.add("constraint", slurm.constraint);
  if (slurm.mail_user) {
    directives.add("mail-user", *slurm.mail_user);
    directives.add_raw("--mail-type=END,FAIL");
  }
}

// A backslash anywhere in the log's path stands for the character that follows and lets no % be a placeholder.
std::string escaped_path(const std::string& path) {
  std::string text;
  for (const char c : path) {
    if (c == '\\' || c == '%') text += '\\';
    text += c;
  }
  return text;
}

void add_log(Directives& directives, const JobScript& script, const std::string& name) {
  const std::string folder = script.store + ".d/logs";
  directives.add("chdir", folder);
  directives.add("output", has_one_log(folder) ? escaped_path(folder + "/" + kOneLog) : name);
  directives.add_raw("--open-mode=append");
}

void add_arguments(Directives& directives, const sweep::SlurmOptions& slurm) {
  for (const std::string& argument : slurm.sbatch_args) directives.add_raw(directive_word(argument));
}

std::int64_t signal_before_end(const JobScript& script) {
  return seconds_before_end(script.checkpoint_every_seconds, limit_of(script.slurm));
}

std::string job_directives(const JobScript& script) {
  const sweep::SlurmOptions& slurm = script.slurm;
  Directives directives;
  directives.add("job-name", "headsweep " + script.sweep_name);
  directives.add("nodes", slurm.nodes.value_or(1));
  directives.add("gpus-per-node", slurm.gpus_per_node);
  directives.add("ntasks-per-node", slurm.gpus_per_node ? slurm.gpus_per_node : slurm.ntasks_per_node);
  directives.add("cpus-per-task", slurm.cpus_per_task);
  add_site(directives, slurm);
  if (script.shards) directives.add_raw("--array=1-" + std::to_string(*script.shards));
  add_log(directives, script, script.shards ? "slurm-%A_%a.log" : "slurm-%j.log");
  directives.add_raw("--requeue");
  directives.add_raw("--signal=B:USR1@" + std::to_string(signal_before_end(script)));
  add_arguments(directives, slurm);
  return directives.lines();
}

std::string merge_directives(const JobScript& script) {
  Directives directives;
  directives.add("job-name", "headsweep merge " + script.sweep_name);
  directives.add("nodes", 1);
  add_site(directives, script.slurm);
  add_log(directives, script, "slurm-%j.log");
  directives.add_raw("--requeue");
  add_arguments(directives, script.slurm);
  return directives.lines();
}

std::string assignment(const std::string& name, const std::string& value) {
  return name + "=" + shell_word(value) + "\n";
}

std::string setup_lines(const sweep::SlurmOptions& slurm) {
  if (!slurm.setup) return "";
  return "\n# The site's own lines.\n# shellcheck source=/dev/null\nsource " + shell_word(*slurm.setup) +
         "\n";
}

std::string head(const JobScript& script, const std::string& what) {
  return "#!/bin/bash\n# Written by " + script.version + ". " + what;
}

std::string run_arguments(const JobScript& script) {
  std::string words = "run \"$sweep\" --store \"$store\"";
  if (script.shards) words += " --shard \"$SLURM_ARRAY_TASK_ID/" + std::to_string(*script.shards) + "\"";
  const auto given = [&](const char* option) {
    return std::ranges::find(script.run_arguments, option) != script.run_arguments.end();
  };
  if (script.slurm.cpus_per_task && !given("--threads"))
    words += " --threads " + std::to_string(*script.slurm.cpus_per_task);
  if (script.slurm.gpus_per_node && !given("--device")) words += " --device cuda";
  for (const std::string& argument : script.run_arguments) words += " " + shell_word(argument);
  return "run=(\"$headsweep\" " + words + ")\n";
}

// One worker a GPU or a task, or as many as fit on what SLURM has allocated.
std::string count_workers(const sweep::SlurmOptions& slurm) {
  const auto per_node = slurm.gpus_per_node ? slurm.gpus_per_node : slurm.ntasks_per_node;
  if (per_node) return "workers=$((SLURM_JOB_NUM_NODES * " + std::to_string(*per_node) + "))\n";
  return kCountAllocatedCpus + std::string("workers=$((cpus / ") +
         std::to_string(slurm.cpus_per_task.value_or(1)) + "))\n((workers > 0)) || workers=1\n";
}

std::string launch(const sweep::SlurmOptions& slurm) {
  if (slurm.launcher != "srun") return kLaunchByMpirun;
  std::string text = kLaunchBySrun;
  // All devices of a node are visible to each of its ranks; each worker takes its own.
  if (slurm.gpus_per_node) text += "launch+=(--gpus-per-node=" + std::to_string(*slurm.gpus_per_node) + ")\n";
  return text;
}

// Trials that failed do not keep the shards from being merged; the merged store's status says so.
std::string finish(const JobScript& script) {
  return std::string("failed_code=") + (script.shards ? "0" : "4") + "\n";
}

void require_one_line(const std::string& what, const std::string& text) {
  if (text.find('\n') == std::string::npos && text.find('\0') == std::string::npos) return;
  throw UserError(what + " has a newline in it, which a batch script cannot carry; choose another");
}

}  // namespace

std::string shard_store(const std::string& store, const std::string& shard, std::int64_t shards) {
  return store + ".d/shards/" + shard + "-of-" + std::to_string(shards) + ".db";
}

std::string write_job_script(const JobScript& script) {
  std::string text =
      head(script,
           "Each slot trains what is not done yet and is stopped in time; then\n"
           "# the job requeues itself. How far it is: headsweep status STORE. To end it: headsweep "
           "cancel STORE.\n");
  text += job_directives(script) + "\n";
  text += assignment("headsweep", script.headsweep) + assignment("sweep", script.sweep_file) +
          assignment("store", script.store);
  if (script.shards) {
    text += "store=$store.d/shards/$SLURM_ARRAY_TASK_ID-of-" + std::to_string(*script.shards) + ".db\n";
  }
  text += "max_restarts=" + std::to_string(script.slurm.max_restarts.value_or(kDefaultMaxRestarts)) + "\n";
  text += "signal_before_end=" + std::to_string(signal_before_end(script)) + "\n";
  text += finish(script);
  text += run_arguments(script);
  text += setup_lines(script.slurm);
  text += std::string(kBookkeeping) + kPreparation + kTimeLeft;
  text += count_workers(script.slurm) + launch(script.slurm);
  return text + kTraining + kDecision;
}

std::string write_merge_script(const JobScript& script) {
  std::string text = head(script, "Merges the shards that the array has trained.\n");
  text += merge_directives(script) + "\n";
  text += assignment("headsweep", script.headsweep) + assignment("store", script.store);
  text += setup_lines(script.slurm);
  text += "\nshards=()\nfor ((i = 1; i <= " + std::to_string(script.shards.value_or(1)) +
          "; i++)); do shards+=(\"$store.d/shards/$i-of-" + std::to_string(script.shards.value_or(1)) +
          ".db\"); done\n";
  return text +
         "\"$headsweep\" merge --replace \"$store\" \"${shards[@]}\" || exit\n\"$headsweep\" status "
         "\"$store\"\n";
}

void require_writable(const JobScript& script) {
  const sweep::SlurmOptions& slurm = script.slurm;
  const std::pair<const char*, const std::optional<std::string>*> texts[] = {
      {"--time", &slurm.time},
      {"--partition", &slurm.partition},
      {"--account", &slurm.account},
      {"--qos", &slurm.qos},
      {"--constraint", &slurm.constraint},
      {"--mail-user", &slurm.mail_user},
      {"the path of --setup", &slurm.setup}};
  for (const auto& [what, text] : texts) {
    if (*text) require_one_line(what, **text);
  }
  require_one_line("the path of headsweep", script.headsweep);
  require_one_line("the path of the sweep file", script.sweep_file);
  require_one_line("the path of the store", script.store);
  for (const std::string& argument : slurm.sbatch_args) require_one_line("--sbatch-arg", argument);
  for (const std::string& argument : script.run_arguments) require_one_line("an argument of run", argument);
  if (slurm.time && !limit_of(slurm)) {
    throw UserError(
        "--time " + *slurm.time +
        ": must be a duration such as 90m or 2h, or a time limit as SLURM writes it, such as 2:00:00");
  }
  if (slurm.gpus_per_node && slurm.ntasks_per_node) {
    throw UserError("--ntasks-per-node beside --gpus-per-node: workers are one a GPU; leave it out");
  }
}

std::optional<std::int64_t> planned_workers(const sweep::SlurmOptions& slurm) {
  const auto per_node = slurm.gpus_per_node ? slurm.gpus_per_node : slurm.ntasks_per_node;
  if (!per_node) return std::nullopt;
  return slurm.nodes.value_or(1) * *per_node;
}

}  // namespace headsweep::slurm
