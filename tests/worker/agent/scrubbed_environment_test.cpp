#include "worker/agent/scrubbed_environment.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace headsweep::agent {
namespace {

TEST(ScrubbedEnvironment, DropsWhatWouldMakeAChildAnMpiRank) {
  const std::array<const char*, 15> environment{"PATH=/bin",
                                                "OMPI_COMM_WORLD_RANK=1",
                                                "PMIX_SERVER_URI4=tcp",
                                                "PMI_RANK=1",
                                                "PMI2_JOBID=7",
                                                "PRTE_MCA_x=1",
                                                "ORTE_SCHIZO=x",
                                                "OPAL_PREFIX=/opt",
                                                "SLURM_MPI_TYPE=pmix",
                                                "SLURM_PMIXP_ABORT_AGENT_PORT=9",
                                                "SLURM_JOB_ID=7",
                                                "CUDA_VISIBLE_DEVICES=0,1",
                                                "MY_OMPI_NOTE=x",
                                                "EMPTY=",
                                                nullptr};
  EXPECT_THAT(scrubbed_environment(environment.data()),
              ::testing::ElementsAre("PATH=/bin", "SLURM_JOB_ID=7", "CUDA_VISIBLE_DEVICES=0,1",
                                     "MY_OMPI_NOTE=x", "EMPTY="));
}

}  // namespace
}  // namespace headsweep::agent
