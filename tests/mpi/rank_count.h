// The guard of every MPI test: a test that silently runs on another number of ranks tests something else.
#pragma once

#include <cstdlib>
#include <iostream>

#include "orchestrator/mpi_session.h"

namespace headsweep::orchestrator::testing {

// Whether the session has as many ranks as the first argument says; complains on rank 0 if not.
inline bool has_expected_ranks(const MpiSession& session, int argc, char** argv) {
  const long expected = argc == 2 ? std::strtol(argv[1], nullptr, 10) : 0;
  const std::int64_t ranks = session.workers() + 1;
  if (expected == ranks) return true;
  if (session.rank() == 0)
    std::cerr << argv[0] << " needs " << expected << " ranks, not " << ranks << std::endl;
  return false;
}

}  // namespace headsweep::orchestrator::testing
