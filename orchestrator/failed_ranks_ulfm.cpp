#include <vector>

// mpi-ext.h needs mpi.h before it.
// clang-format off
#include <mpi.h>
#include <mpi-ext.h>
// clang-format on

#include "orchestrator/failed_ranks.h"

namespace headsweep::orchestrator {
namespace {

// Numbers in `communicator` of the ranks of `group`.
std::vector<int> ranks_of(MPI_Group group, int size, MPI_Comm communicator) {
  std::vector<int> in_group(static_cast<std::size_t>(size));
  for (int i = 0; i < size; ++i) in_group[static_cast<std::size_t>(i)] = i;
  std::vector<int> in_communicator(in_group.size());
  MPI_Group all = MPI_GROUP_NULL;
  MPI_Comm_group(communicator, &all);
  MPI_Group_translate_ranks(group, size, in_group.data(), all, in_communicator.data());
  MPI_Group_free(&all);
  return in_communicator;
}

}  // namespace

bool FailedRanks::look() {
  MPI_Group group = MPI_GROUP_NULL;
  if (MPIX_Comm_get_failed(communicator_, &group) != MPI_SUCCESS) return false;
  int size = 0;
  MPI_Group_size(group, &size);
  const std::size_t known_before = known_.size();
  if (size > static_cast<int>(known_before)) {
    for (const int rank : ranks_of(group, size, communicator_)) known_.insert(rank);
    int acknowledged = 0;
    MPIX_Comm_ack_failed(communicator_, size, &acknowledged);
  }
  if (group != MPI_GROUP_EMPTY) MPI_Group_free(&group);
  return known_.size() > known_before;
}

}  // namespace headsweep::orchestrator
