// What starting ranks takes without anything else: MPI_Init, a barrier, a line from rank 0.
#include <cstdio>

#include <mpi.h>

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  MPI_Barrier(MPI_COMM_WORLD);
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (rank == 0) {
    std::puts("all ranks are here");
    std::fflush(stdout);
  }
  MPI_Finalize();
}
