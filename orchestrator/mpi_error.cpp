#include "orchestrator/mpi_error.h"

#include <array>

#include <mpi.h>

namespace headsweep::orchestrator {

std::string mpi_error_text(int code) {
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  MPI_Error_string(code, text.data(), &length);
  return text.data();
}

}  // namespace headsweep::orchestrator
