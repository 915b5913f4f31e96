// headsweep doctor: is everything there that a run needs? Each line says ok, or what to do.

#include <array>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <mpi.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/find_program.h"
#include "cli/program_output.h"
#include "cli/trainer_gpus.h"
#include "errors/user_error.h"
#include "results/file_system.h"
#include "results/reader.h"
#include "worker/agent/trainer_executable.h"

namespace headsweep::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kSlurmPatience{10};

enum class Verdict { kOk, kAbsent, kWrong };  // kAbsent: optional; what it is good for is said

struct Finding {
  Verdict verdict;
  std::string subject;
  std::string text;
};

std::string first_line(const std::string& text) {
  return text.substr(0, text.find_first_of("\r\n"));
}

std::string thread_level(const std::vector<std::string>& ompi_info) {
  for (const std::string& line : ompi_info) {
    if (line.find("MPI_THREAD_MULTIPLE: yes") != std::string::npos) return "thread level multiple";
  }
  return "thread level at least funneled";
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

// Which loss of a worker mpirun survives, by the library's version (docs of Open MPI 4.1 and 5.0).
std::string fault_tolerance(const std::string& version) {
  if (version.find("Open MPI v4.") != std::string::npos)
    return "a lost worker ends the run; mpirun --enable-recovery keeps it";
  if (version.find("Open MPI v5.") != std::string::npos)
    return "a lost worker ends the run; mpirun --with-ft ulfm --mca pml ob1 --mca btl self,tcp keeps it";
  return "a lost worker ends the run";
}

// Asks the library without MPI_Init, which may hang where the installation is broken.
Finding check_mpi() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  const std::string version = first_line(std::string(text.data(), static_cast<std::size_t>(length)));
  const std::string name = version.substr(0, version.find(','));
  if (!find_program("mpirun")) {
    return {Verdict::kAbsent, "MPI",
            name + ", but mpirun is not on the PATH: install openmpi-bin, or run embedded"};
  }
  std::string threads = "thread level unknown (no ompi_info)";
  if (find_program("ompi_info")) threads = thread_level(lines_of(run_program({"ompi_info"}).stdout_text));
  return {Verdict::kOk, "MPI", name + "; " + threads + "; " + fault_tolerance(version)};
}

Finding check_gpus(const fs::path& trainer) {
  const TrainerGpus found = trainer_gpus(trainer);
  std::string gpus;
  for (const TrainerGpu& gpu : found.gpus) gpus += (gpus.empty() ? "" : ", ") + describe(gpu);
  if (!gpus.empty()) return {Verdict::kOk, "GPUs", gpus};
  return {Verdict::kAbsent, "GPUs", "no CUDA device (" + found.why_none + "): training runs on the CPU"};
}

// Of the LibTorch that the trainer was built with.
Finding check_gpu_library(const std::string& name, bool built_with, const std::string& without) {
  if (built_with) return {Verdict::kOk, name, "LibTorch was built with it"};
  return {Verdict::kAbsent, name, "LibTorch was built without it: " + without};
}

void check_trainer(std::vector<Finding>& findings) {
  fs::path trainer;
  try {
    trainer = agent::find_trainer();
  } catch (const UserError& error) {
    findings.push_back({Verdict::kWrong, "trainer", error.what()});
    return;
  }
  const ProgramOutput version = run_program({trainer.string(), "--version"});
  const auto about = nlohmann::json::parse(version.stdout_text, nullptr, false);
  if (version.exit_code != 0 || !about.is_object()) {
    findings.push_back({Verdict::kWrong, "trainer", trainer.string() + " does not start: build it again"});
    return;
  }
  findings.push_back({Verdict::kOk, "LibTorch", about.value("libtorch", "?") + " in " + trainer.string()});
  findings.push_back(check_gpu_library("CUDA", about.value("cuda", false), "GPUs cannot be used"));
  findings.push_back(
      check_gpu_library("NCCL", about.value("nccl", false), "a trial cannot use several GPUs"));
  findings.push_back(check_gpus(trainer));
}

// What is at the store's place already, if it is no store that a run can go on with.
std::optional<std::string> wrong_with_existing(const std::string& store) {
  if (!fs::exists(store)) return std::nullopt;
  try {
    const results::StoreReader reader(store);
  } catch (const UserError& error) {
    return error.what();
  }
  if (access(store.c_str(), W_OK) == 0) return std::nullopt;
  return "no permission to write " + store + ": choose another file";
}

Finding check_store(const std::string& store) {
  if (const auto wrong = wrong_with_existing(store)) return {Verdict::kWrong, "store", *wrong};
  const fs::path path = fs::absolute(store);
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::current_path();
  if (!fs::is_directory(folder))
    return {Verdict::kWrong, "store", folder.string() + " is not a folder: make it"};
  if (access(folder.c_str(), W_OK) != 0) {
    return {Verdict::kWrong, "store",
            "no permission to write in " + folder.string() + ": choose another folder"};
  }
  const double free_gb = static_cast<double>(fs::space(folder).available) * 1e-9;
  std::array<char, 64> space{};
  std::snprintf(space.data(), space.size(), ", %.1f GB free", free_gb);
  const std::string where = folder.string() + space.data();
  if (results::is_local_file_system(folder))
    return {Verdict::kOk, "store", where + ", local: write-ahead log"};
  return {Verdict::kOk, "store", where + ", shared: rollback journal, synced at every commit"};
}

// mpirun knows of SLURM by itself; srun needs the PMIx plugin.
Finding check_slurm() {
  if (!find_program("sbatch"))
    return {Verdict::kAbsent, "SLURM",
            "no sbatch on the PATH: headsweep submit needs a login node of a cluster"};
  const ProgramOutput version = ask_program({"sbatch", "--version"}, kSlurmPatience);
  if (version.exit_code != 0 || !find_program("scontrol") || !find_program("squeue")) {
    return {Verdict::kAbsent, "SLURM",
            "sbatch does not find its cluster, or scontrol and squeue are missing: ask the site for its "
            "SLURM set-up"};
  }
  const ProgramOutput plugins = ask_program({"srun", "--mpi=list"}, kSlurmPatience);
  const bool pmix = plugins.stdout_text.find("pmix") != std::string::npos;
  return {Verdict::kOk, "SLURM",
          first_line(version.stdout_text) +
              (pmix ? "; submit by mpirun or srun" : "; submit by mpirun (srun has no PMIx plugin)")};
}

Finding check_cores() {
  return {Verdict::kOk, "cores", std::to_string(std::thread::hardware_concurrency())};
}

int report(const std::vector<Finding>& findings) {
  int code = kDone;
  for (const Finding& finding : findings) {
    const char* verdict = "ok";
    if (finding.verdict == Verdict::kAbsent) verdict = "--";
    if (finding.verdict == Verdict::kWrong) {
      verdict = "!!";
      code = kError;
    }
    std::printf("%s  %-9s %s\n", verdict, finding.subject.c_str(), finding.text.c_str());
  }
  return code;
}

int examine(const std::string& store) {
  std::vector<Finding> findings = {check_cores(), check_mpi()};
  check_trainer(findings);
  findings.push_back(check_store(store));
  findings.push_back(check_slurm());
  return report(findings);
}

}  // namespace

void add_doctor_command(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("doctor", "Check what a run needs; each line says ok or what to do");
  auto store = std::make_shared<std::string>("results.db");
  command->add_option("--store", *store, "where results are to go")->capture_default_str()->type_name("FILE");
  command->footer("Example:\n  headsweep doctor --store /scratch/me/results.db");
  command->callback([store, &chosen] { chosen = [store] { return examine(*store); }; });
}

}  // namespace headsweep::cli
