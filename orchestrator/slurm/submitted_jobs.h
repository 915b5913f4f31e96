// Which jobs were submitted for a store: STORE.d/slurm/jobs, one JSON object a line, the latest last. SLURM forgets
// ended jobs, and the store itself may not be there yet.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace headsweep::slurm {

struct SubmittedJob {
  std::string id;             // "12"; of an array that of all its elements
  std::string what;           // train | merge
  std::int64_t elements = 0;  // of an array; 0: no array
  std::string submitted_at;   // ISO 8601, UTC
};

// One job, or one element of an array.
struct JobElement {
  std::string id;    // "12" or "12_3", as squeue, scancel and scontrol take it
  std::string what;  // "train", "train 3", "merge"
  std::filesystem::path log;
};

// Whether all jobs of a store write to one log, because a job's number cannot be in its name: SLURM takes a % or a
// backslash in the name of its folder for more than themselves unless it is told to take no placeholder at all.
inline constexpr const char* kOneLog = "slurm.log";
bool has_one_log(const std::filesystem::path& folder);

// Folder of the file below STORE.d, which also has the scripts and the jobs' own notes.
std::filesystem::path slurm_folder(const std::filesystem::path& store_folder);

// Throws UserError if the file cannot be written.
void add_submitted_job(const std::filesystem::path& store_folder, const SubmittedJob& job);

// Empty if none was submitted. Lines that are none (a disk was full) are passed over.
std::vector<SubmittedJob> read_submitted_jobs(const std::filesystem::path& store_folder);

// The job itself, or every element of an array.
std::vector<JobElement> elements_of(const SubmittedJob& job, const std::filesystem::path& store_folder);

}  // namespace headsweep::slurm
