// What SLURM's own programs print of jobs, and the commands that make them print it.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

namespace headsweep::slurm {

// State by id: "12" or "12_3" -> "RUNNING".
using JobStates = std::map<std::string, std::string>;
using Words = std::vector<std::string>;

// Jobs of this user that wait or run, one line each, also each element of an array.
Words squeue_command(unsigned user);
// "12_3 PENDING" a line.
JobStates parse_squeue(const std::string& text);

// Ended jobs, where the site keeps accounts. `ids` is not empty.
Words sacct_command(std::span<const std::string> ids);
// "12_3|CANCELLED by 0" a line.
JobStates parse_sacct(const std::string& text);

// A job that ended some minutes ago.
Words scontrol_show_command(const std::string& id);
// "JobId=15 ArrayJobId=12 ArrayTaskId=3 JobName=... JobState=COMPLETED ..." a line.
JobStates parse_scontrol(const std::string& text);

}  // namespace headsweep::slurm
