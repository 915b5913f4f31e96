#include "orchestrator/slurm/submitted_jobs.h"

#include <cerrno>
#include <fstream>
#include <system_error>

#include <nlohmann/json.hpp>

#include "errors/user_error.h"

namespace headsweep::slurm {
namespace {

using Json = nlohmann::ordered_json;

std::filesystem::path jobs_file(const std::filesystem::path& store_folder) {
  return slurm_folder(store_folder) / "jobs";
}

std::optional<SubmittedJob> parse_line(const std::string& line) {
  const Json json = Json::parse(line, nullptr, false);
  try {
    return SubmittedJob{json.at("id"), json.at("what"), json.at("elements"), json.at("submitted_at")};
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace

bool has_one_log(const std::filesystem::path& folder) {
  return folder.string().find_first_of("%\\") != std::string::npos;
}

std::filesystem::path slurm_folder(const std::filesystem::path& store_folder) {
  return store_folder / "slurm";
}

void add_submitted_job(const std::filesystem::path& store_folder, const SubmittedJob& job) {
  const Json json = {
      {"id", job.id}, {"what", job.what}, {"elements", job.elements}, {"submitted_at", job.submitted_at}};
  std::ofstream file(jobs_file(store_folder), std::ios::app);
  file << json.dump() << "\n" << std::flush;
  if (!file) {
    throw UserError("cannot write " + jobs_file(store_folder).string() + ": " +
                    std::generic_category().message(errno) + "; job " + job.id + " was submitted");
  }
}

std::vector<SubmittedJob> read_submitted_jobs(const std::filesystem::path& store_folder) {
  std::vector<SubmittedJob> jobs;
  std::ifstream file(jobs_file(store_folder));
  for (std::string line; std::getline(file, line);) {
    if (auto job = parse_line(line)) jobs.push_back(std::move(*job));
  }
  return jobs;
}

std::vector<JobElement> elements_of(const SubmittedJob& job, const std::filesystem::path& store_folder) {
  const auto log = [&](const std::string& id) {
    return store_folder / "logs" / (has_one_log(store_folder) ? kOneLog : "slurm-" + id + ".log");
  };
  if (job.elements == 0) return {{job.id, job.what, log(job.id)}};
  std::vector<JobElement> elements;
  for (std::int64_t i = 1; i <= job.elements; ++i) {
    const std::string id = job.id + "_" + std::to_string(i);
    elements.push_back({id, job.what + " " + std::to_string(i), log(id)});
  }
  return elements;
}

}  // namespace headsweep::slurm
