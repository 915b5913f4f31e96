#include "orchestrator/slurm/job_states.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/slurm/estimate.h"
#include "orchestrator/slurm/submitted_jobs.h"
#include "orchestrator/slurm/time_limit.h"
#include "tests/temporary_folder.h"

namespace headsweep::slurm {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(JobStates, AreReadFromWhatSlurmPrints) {
  EXPECT_THAT(parse_squeue("12_1 PENDING\n15 RUNNING\n"),
              ElementsAre(Pair("12_1", "PENDING"), Pair("15", "RUNNING")));
  EXPECT_THAT(parse_sacct("12_1|COMPLETED\n15|CANCELLED by 0\n"),
              ElementsAre(Pair("12_1", "COMPLETED"), Pair("15", "CANCELLED by 0")));
  EXPECT_THAT(
      parse_scontrol("JobId=14 ArrayJobId=12 ArrayTaskId=2 JobName=headsweep a b UserId=root(0) "
                     "JobState=FAILED Reason=NonZeroExitCode\nJobId=15 JobName=x JobState=RUNNING Y=z\n"),
      ElementsAre(Pair("12_2", "FAILED"), Pair("15", "RUNNING")));
  EXPECT_THAT(parse_scontrol("slurm_load_jobs error: Invalid job id specified\n"), ElementsAre());
}

TEST(SubmittedJobs, AreKeptInTheStoresFolder) {
  const TemporaryFolder folder;
  EXPECT_TRUE(read_submitted_jobs(folder.path()).empty());
  std::filesystem::create_directories(slurm_folder(folder.path()));
  add_submitted_job(folder.path(), {"12", "train", 2, "2026-01-01T00:00:00.000Z"});
  std::ofstream(slurm_folder(folder.path()) / "jobs", std::ios::app) << "{\"id\": cut\n";
  add_submitted_job(folder.path(), {"15", "merge", 0, "2026-01-01T00:00:01.000Z"});
  const auto jobs = read_submitted_jobs(folder.path());
  ASSERT_EQ(jobs.size(), 2U);
  const auto elements = elements_of(jobs[0], folder.path());
  ASSERT_EQ(elements.size(), 2U);
  EXPECT_EQ(elements[1].id, "12_2");
  EXPECT_EQ(elements[1].what, "train 2");
  EXPECT_EQ(elements[1].log, folder.path() / "logs" / "slurm-12_2.log");
  EXPECT_EQ(elements_of(jobs[1], folder.path())[0].id, "15");
}

TEST(TimeLimit, IsReadAsSlurmAndAsPeopleWriteIt) {
  for (const auto& [text, seconds] :
       std::initializer_list<std::pair<const char*, std::int64_t>>{{"90", 5400},
                                                                   {"1:30", 90},
                                                                   {"2:00:00", 7200},
                                                                   {"1-0", 86400},
                                                                   {"1-2:30", 95400},
                                                                   {"2h", 7200},
                                                                   {"1.5d", 129600}}) {
    EXPECT_EQ(parse_time_limit(text), seconds) << text;
  }
  for (const char* text : {"", "0", "soon", "1:2:3:4", "-5", "1-", "h"}) {
    EXPECT_EQ(parse_time_limit(text), std::nullopt) << text;
  }
  EXPECT_EQ(time_limit_text(95400), "1-02:30:00");
}

TEST(Estimate, CountsTrialsHoursAndSlots) {
  EXPECT_EQ(describe({24, 0, 0, true, 4, 3600}),
            "24 trials to train; how long that takes is known once a trial is trained on a GPU");
  EXPECT_EQ(describe({24, 12, 36000, true, 4, 3600}),
            "24 trials to train, 10 GPU hours (by 12 trials in the store): 4 GPUs need 3 slots that train "
            "for 01:00:00");
  EXPECT_EQ(describe({1, 1, 1800, false, {}, 3600}),
            "1 trial to train, 0.5 worker hours (by 1 trial in the store)");
}

}  // namespace
}  // namespace headsweep::slurm
