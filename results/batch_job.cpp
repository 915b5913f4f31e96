#include "results/batch_job.h"

#include <cstdlib>
#include <string_view>

namespace headsweep::results {
namespace {

// Nothing in this program writes to the environment.
std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  const std::string_view text = value == nullptr ? "" : value;
  return text.find_first_not_of("0123456789") == std::string_view::npos ? std::string(text) : "";
}

}  // namespace

std::string slurm_job() {
  const std::string array = variable("SLURM_ARRAY_JOB_ID");
  return array.empty() ? variable("SLURM_JOB_ID") : array + "_" + variable("SLURM_ARRAY_TASK_ID");
}

}  // namespace headsweep::results
