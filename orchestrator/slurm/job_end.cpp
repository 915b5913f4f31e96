#include "orchestrator/slurm/job_end.h"

#include <ctime>
#include <iomanip>
#include <sstream>

namespace headsweep::slurm {

std::vector<std::string> end_time_command(const std::string& job) {
  return {"squeue", "--noheader", "--jobs=" + job, "--format=%e"};
}

std::optional<std::int64_t> parse_end_time(const std::string& text) {
  std::istringstream in(text);
  std::tm local{};
  local.tm_isdst = -1;  // as it is on that day
  if (!(in >> std::get_time(&local, "%Y-%m-%dT%H:%M:%S"))) return std::nullopt;
  const std::time_t end = std::mktime(&local);
  if (end == -1) return std::nullopt;
  return end;
}

}  // namespace headsweep::slurm
