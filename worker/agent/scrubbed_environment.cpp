#include "worker/agent/scrubbed_environment.h"

#include <algorithm>
#include <array>

namespace headsweep::agent {
namespace {

constexpr std::array<std::string_view, 13> kMpiPrefixes{"OMPI_",
                                                        "OPAL_",
                                                        "ORTE_",
                                                        "PRTE_",
                                                        "PMIX_",
                                                        "PMI_",
                                                        "PMI2_",
                                                        "MPIR_",
                                                        "SLURM_MPI_TYPE",
                                                        "SLURM_PMI_",
                                                        "SLURM_PMI2_",
                                                        "SLURM_PMIX",
                                                        "SLURM_STEP_RESV_PORTS"};

}  // namespace

bool is_mpi_variable(std::string_view name) {
  return std::ranges::any_of(kMpiPrefixes, [&](std::string_view prefix) { return name.starts_with(prefix); });
}

std::vector<std::string> scrubbed_environment(const char* const* environment) {
  std::vector<std::string> kept;
  for (; *environment != nullptr; ++environment) {
    const std::string_view variable = *environment;
    if (!is_mpi_variable(variable.substr(0, variable.find('=')))) kept.emplace_back(variable);
  }
  return kept;
}

}  // namespace headsweep::agent
