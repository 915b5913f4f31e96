#include "orchestrator/slurm/job_states.h"

#include <sstream>

namespace headsweep::slurm {
namespace {

// The word after `key`, which follows a space or begins the line.
std::string field(const std::string& line, const std::string& key) {
  const std::size_t at = (" " + line).find(" " + key + "=");
  if (at == std::string::npos) return "";
  const std::size_t begin = at + key.size() + 1;
  return line.substr(begin, line.find(' ', begin) - begin);
}

}  // namespace

Words squeue_command(unsigned user) {
  return {"squeue", "-h", "-r", "-u", std::to_string(user), "-o", "%i %T"};
}

JobStates parse_squeue(const std::string& text) {
  JobStates states;
  std::istringstream words(text);
  for (std::string id, state; words >> id >> state;) states[id] = state;
  return states;
}

Words sacct_command(std::span<const std::string> ids) {
  std::string list;
  for (const std::string& id : ids) list += (list.empty() ? "" : ",") + id;
  return {"sacct", "-X", "-n", "-P", "-o", "JobID,State", "-j", list};
}

JobStates parse_sacct(const std::string& text) {
  JobStates states;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t bar = line.find('|');
    if (bar != std::string::npos) states[line.substr(0, bar)] = line.substr(bar + 1);
  }
  return states;
}

Words scontrol_show_command(const std::string& id) {
  return {"scontrol", "-o", "show", "job", id};
}

JobStates parse_scontrol(const std::string& text) {
  JobStates states;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::string array = field(line, "ArrayJobId");
    const std::string id = array.empty() ? field(line, "JobId") : array + "_" + field(line, "ArrayTaskId");
    const std::string state = field(line, "JobState");
    if (!id.empty() && !state.empty()) states[id] = state;
  }
  return states;
}

}  // namespace headsweep::slurm
