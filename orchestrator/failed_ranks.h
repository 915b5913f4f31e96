// Ranks whose processes have ended although the job goes on. Internal to the MPI transport.
//
// Two implementations, chosen by what the MPI offers (CMakeLists.txt): failed_ranks_ulfm.cpp asks it (MPIX_Comm_get_failed
// of Open MPI 5 under `mpirun --with-ft ulfm`), failed_ranks_unknown.cpp never knows: there only silence tells.
#pragma once

#include <set>

#include <mpi.h>

namespace headsweep::orchestrator {

class FailedRanks {
 public:
  explicit FailedRanks(MPI_Comm communicator) : communicator_(communicator) {}

  // Asks MPI, without waiting for anybody, and acknowledges what it says, so that receiving from any rank works on.
  // Returns whether it named new ones.
  bool look();
  [[nodiscard]] const std::set<int>& known() const { return known_; }

 private:
  MPI_Comm communicator_;
  std::set<int> known_;
};

}  // namespace headsweep::orchestrator
