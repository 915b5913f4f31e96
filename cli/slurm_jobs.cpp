#include "cli/slurm_jobs.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include <unistd.h>

#include "cli/find_program.h"
#include "cli/program_output.h"
#include "orchestrator/slurm/job_states.h"
#include "results/store.h"

namespace headsweep::cli {
namespace {

constexpr std::chrono::seconds kPatience{10};
constexpr std::size_t kMostShown = 50;  // of ended jobs that scontrol is asked for one by one

// What the program prints, or nothing if it is not there, fails or is silent.
std::optional<std::string> ask(const std::vector<std::string>& argv) {
  if (!find_program(argv.front())) return std::nullopt;
  ProgramOutput output = ask_program(argv, kPatience);
  if (output.exit_code != 0) return std::nullopt;
  return std::move(output.stdout_text);
}

// The latest training jobs begin the latest submission; what was submitted with them follows.
std::size_t begin_of_latest(const std::vector<slurm::SubmittedJob>& submitted) {
  std::size_t begin = submitted.size();
  while (begin > 0 && submitted[begin - 1].what != "train") --begin;
  return begin == 0 ? 0 : begin - 1;
}

void find_ended(std::vector<SlurmJob>& jobs) {
  std::vector<std::string> ids;
  for (const SlurmJob& job : jobs) {
    if (!job.active) ids.push_back(job.element.id);
  }
  if (ids.empty()) return;
  slurm::JobStates states;
  if (const auto text = ask(slurm::sacct_command(ids))) {
    states = slurm::parse_sacct(*text);
  } else if (ids.size() <= kMostShown) {
    for (const std::string& id : ids) {
      if (const auto shown = ask(slurm::scontrol_show_command(id)))
        states.merge(slurm::parse_scontrol(*shown));
    }
  }
  for (SlurmJob& job : jobs) {
    if (job.active) continue;
    const auto found = states.find(job.element.id);
    job.state = found == states.end() ? "ended" : found->second;
  }
}

std::vector<SlurmJob> with_states(const std::vector<slurm::SubmittedJob>& submitted, const std::string& store,
                                  const std::optional<std::string>& queue) {
  const slurm::JobStates waiting = queue ? slurm::parse_squeue(*queue) : slurm::JobStates();
  const std::size_t latest = begin_of_latest(submitted);
  std::vector<SlurmJob> jobs;
  for (std::size_t i = 0; i < submitted.size(); ++i) {
    for (slurm::JobElement& element : elements_of(submitted[i], results::store_folder(store))) {
      const auto found = waiting.find(element.id);
      const bool active = found != waiting.end();
      if (!active && i < latest) continue;
      jobs.push_back({std::move(element), active ? found->second : "unknown", active});
    }
  }
  return jobs;
}

}  // namespace

std::vector<SlurmJob> slurm_jobs(const std::string& store) {
  const auto submitted = slurm::read_submitted_jobs(results::store_folder(store));
  if (submitted.empty()) return {};
  const std::optional<std::string> queue = ask(slurm::squeue_command(getuid()));
  std::vector<SlurmJob> jobs = with_states(submitted, store, queue);
  if (queue) find_ended(jobs);
  return jobs;
}

std::vector<SlurmJob> active_slurm_jobs(const std::string& store) {
  const auto submitted = slurm::read_submitted_jobs(results::store_folder(store));
  if (submitted.empty()) return {};
  std::vector<SlurmJob> jobs = with_states(submitted, store, ask(slurm::squeue_command(getuid())));
  std::erase_if(jobs, [](const SlurmJob& job) { return !job.active; });
  return jobs;
}

}  // namespace headsweep::cli
