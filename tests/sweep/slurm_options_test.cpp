// The table [slurm] of sweep files and of a person's own defaults.
#include "sweep/slurm_options.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sweep/plan.h"
#include "tests/sweep/complaint.h"
#include "tests/temporary_folder.h"

namespace headsweep::sweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kSweep = "[sweep]\nname = \"s\"\n";

TEST(SlurmOptions, AreReadFromTheSweepFile) {
  const SlurmOptions slurm = parse_sweep(kSweep + R"([slurm]
nodes = 2
gpus_per_node = 4
time = "2h"
partition = "a \"b\" $c"
launcher = "srun"
max_restarts = 0
sbatch_args = ["--exclusive", "--comment=it's"]
)",
                                         "s.toml")
                                 .slurm;
  EXPECT_EQ(slurm.nodes, 2);
  EXPECT_EQ(slurm.gpus_per_node, 4);
  EXPECT_EQ(slurm.cpus_per_task, std::nullopt);
  EXPECT_EQ(slurm.time, "2h");
  EXPECT_EQ(slurm.partition, "a \"b\" $c");
  EXPECT_EQ(slurm.launcher, "srun");
  EXPECT_EQ(slurm.max_restarts, 0);
  EXPECT_THAT(slurm.sbatch_args, ElementsAre("--exclusive", "--comment=it's"));
}

TEST(SlurmOptions, AreNotPartOfThePlan) {
  EXPECT_EQ(plan_hash(parse_sweep(kSweep, "s.toml")),
            plan_hash(parse_sweep(kSweep + "[slurm]\nnodes = 3\npartition = \"p\"\n", "s.toml")));
}

TEST(SlurmOptions, RefuseWhatCannotStandInAScript) {
  const auto about = [](const std::string& line) {
    return complaint_about(kSweep + "[slurm]\n" + line + "\n");
  };
  EXPECT_THAT(about("account = \"a\\nb\""), HasSubstr("s.toml:4: slurm.account must be text without"));
  EXPECT_THAT(about("sbatch_args = [\"--x\\n#SBATCH --y\"]"), HasSubstr("slurm.sbatch_args: an argument"));
  EXPECT_THAT(about("nodes = 0"), HasSubstr("slurm.nodes must be an integer from 1 to 100000, not 0"));
  EXPECT_THAT(about("launcher = \"mpiexec\""), HasSubstr(R"(must be "mpirun" or "srun", not "mpiexec")"));
  EXPECT_THAT(about("node = 1"), HasSubstr("did you mean 'slurm.nodes'?"));
}

TEST(SlurmOptions, OfAPersonAreDefaults) {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "slurm.toml").string();
  std::ofstream(path) << "[slurm]\nnodes = 2\nqos = \"long\"\nsetup = \"site.sh\"\nsbatch_args = [\"--a\"]\n";
  SlurmOptions given;
  given.nodes = 5;
  given.sbatch_args = {"--b"};
  const SlurmOptions all = with_defaults(given, read_slurm_file(path));
  EXPECT_EQ(all.nodes, 5);
  EXPECT_EQ(all.qos, "long");
  EXPECT_EQ(all.setup, (folder.path() / "site.sh").string());
  EXPECT_THAT(all.sbatch_args, ElementsAre("--a", "--b"));
  EXPECT_EQ(read_slurm_file((folder.path() / "absent.toml").string()).nodes, std::nullopt);
}

TEST(SlurmOptions, OfAPersonAreNoSweep) {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "slurm.toml").string();
  std::ofstream(path) << kSweep;
  EXPECT_THAT(complaint_of([&] { (void)read_slurm_file(path); }), HasSubstr("only the table [slurm]"));
}

}  // namespace
}  // namespace headsweep::sweep
