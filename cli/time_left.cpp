#include "cli/time_left.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <string>

#include "cli/find_program.h"
#include "cli/program_output.h"
#include "orchestrator/slurm/job_end.h"
#include "results/batch_job.h"

namespace headsweep::cli {
namespace {

constexpr std::chrono::seconds kAnswer{5};  // of squeue

std::optional<std::int64_t> job_end_of_environment() {
  const char* const text = std::getenv("SLURM_JOB_END_TIME");  // NOLINT(concurrency-mt-unsafe)
  if (text == nullptr) return std::nullopt;
  const std::int64_t end = std::strtoll(text, nullptr, 10);
  return end > 0 ? std::optional(end) : std::nullopt;
}

// SLURM before 23.02 sets no such variable.
std::optional<std::int64_t> job_end_of_queue() {
  const std::string job = results::slurm_job();
  if (job.empty() || !find_program("squeue")) return std::nullopt;
  const ProgramOutput answer = ask_program(slurm::end_time_command(job), kAnswer);
  return answer.exit_code == 0 ? slurm::parse_end_time(answer.stdout_text) : std::nullopt;
}

// Nothing for one that lies behind: the job was given more time since.
std::optional<double> seconds_until(std::int64_t end) {
  const std::int64_t left = end - std::time(nullptr);
  return left > 0 ? std::optional(static_cast<double>(left)) : std::nullopt;
}

}  // namespace

std::optional<double> TimeLeft::seconds() const {
  std::optional<double> left;
  if (walltime_seconds_) {
    const double age = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
    left = std::max(0.0, *walltime_seconds_ - age);
  }
  std::optional<std::int64_t> end = job_end_of_environment();
  if (!end || !seconds_until(*end)) end = job_end_of_queue();
  const std::optional<double> of_job = end ? seconds_until(*end) : std::nullopt;
  if (!of_job) return left;
  return std::min(*of_job, left.value_or(*of_job));
}

}  // namespace headsweep::cli
