#include "orchestrator/slurm/job_script.h"

#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "errors/user_error.h"
#include "orchestrator/slurm/shell_word.h"
#include "tests/temporary_folder.h"

namespace headsweep::slurm {
namespace {

using testing::HasSubstr;
using testing::Not;

JobScript sample() {
  return {.headsweep = "/opt/headsweep",
          .version = "headsweep 1.0",
          .sweep_file = "/home/me/paper.toml",
          .sweep_name = "paper",
          .store = "/scratch/results.db",
          .run_arguments = {},
          .slurm = {},
          .shards = {}};
}

std::string refusal(const JobScript& script) {
  try {
    require_writable(script);
    return "accepted";
  } catch (const UserError& error) {
    return error.what();
  }
}

// What bash makes of a word.
std::string read_by_bash(const std::string& word) {
  const TemporaryFolder folder;
  const auto script = folder.path() / "script";
  const auto output = folder.path() / "output";
  std::ofstream(script) << "printf %s " << word << " >" << shell_word(output.string()) << "\n";
  EXPECT_EQ(std::system(("bash " + script.string()).c_str()), 0);
  std::ifstream file(output, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(ShellWord, IsReadByBashAsItWas) {
  for (const std::string text :
       {"plain", "", "a b", "it's", R"("quoted")", "$HOME ${x} $(id) `id`", R"(back\slash \n)",
        "!h * ? [a] ~ # ; & |", "caf\xc3\xa9 \xe2\x80\x98q\xe2\x80\x99 $x 'y' \\", "tab\there\r",
        "\xff\xfe raw 1a"}) {
    EXPECT_EQ(read_by_bash(shell_word(text)), text);
  }
}

TEST(ShellWordDeathTest, HoldsNoNewline) {
  EXPECT_DEATH((void)shell_word("a\nb"), "newline");
}

TEST(JobScript, TakesOneNodeAndAWorkerPerAllocatedCpuByDefault) {
  const std::string text = write_job_script(sample());
  EXPECT_THAT(text, HasSubstr("#SBATCH --nodes=1\n"));
  EXPECT_THAT(text, HasSubstr("$SLURM_JOB_CPUS_PER_NODE"));
  EXPECT_THAT(text, HasSubstr("workers=$((cpus / 1))"));
  EXPECT_THAT(text, HasSubstr("launch=(mpirun --bind-to none --map-by slot --oversubscribe"));
  EXPECT_THAT(text, HasSubstr("-n \"$((workers + 1))\")"));
  EXPECT_THAT(text, Not(HasSubstr("--gpus")));
  EXPECT_THAT(text, Not(HasSubstr("--time=")));
  EXPECT_THAT(text, Not(HasSubstr("--array")));
  EXPECT_THAT(text, HasSubstr("failed_code=4\n"));
}

TEST(JobScript, WritesEveryValueAsAQuotedWord) {
  JobScript script = sample();
  script.store = "/s p/$(id) \"q\".db";
  script.slurm.nodes = 2;
  script.slurm.gpus_per_node = 4;
  script.slurm.cpus_per_task = 8;
  script.slurm.time = "2h";
  script.slurm.partition = "a\"b";
  script.slurm.setup = "/site's `lines`";
  script.slurm.sbatch_args = {"--comment=x y"};
  script.run_arguments = {"--set", "training.task=\"cycle\""};
  const std::string text = write_job_script(script);
  for (const char* line :
       {"#SBATCH --nodes=2\n", "#SBATCH --gpus-per-node=4\n", "#SBATCH --ntasks-per-node=4\n",
        "#SBATCH --cpus-per-task=8\n", "#SBATCH --time=02:00:00\n", "#SBATCH --partition=\"a\\\"b\"\n",
        "#SBATCH \"--comment=x y\"\n", "#SBATCH --chdir=\"/s p/$(id) \\\"q\\\".db.d/logs\"\n",
        "store=\"/s p/\\$(id) \\\"q\\\".db\"\n", "source \"/site's \\`lines\\`\"\n",
        " --device cuda \"--set\" \"training.task=\\\"cycle\\\"\")\n",
        "workers=$((SLURM_JOB_NUM_NODES * 4))\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(JobScript, LetsSlurmSubstituteNothingInTheFoldersName) {
  JobScript script = sample();
  script.store = "/at 50%j.db";
  EXPECT_THAT(
      write_job_script(script),
      HasSubstr(
          "#SBATCH --chdir=\"/at 50%j.db.d/logs\"\n#SBATCH --output=\"/at 50\\\\%j.db.d/logs/slurm.log\"\n"));
}

TEST(JobScript, SignalsEarlyEnoughForTheCheckpointsOfTheSweep) {
  JobScript script = sample();
  script.slurm.time = "2:00:00";
  script.checkpoint_every_seconds = 120;
  EXPECT_THAT(write_job_script(script), HasSubstr("--signal=B:USR1@180\n"));
  script.slurm.time = "4";
  EXPECT_THAT(write_job_script(script), HasSubstr("--signal=B:USR1@60\n"));
  script.slurm.time = {};
  script.checkpoint_every_seconds = 86400;
  EXPECT_THAT(write_job_script(script), HasSubstr("--signal=B:USR1@600\n"));
  EXPECT_THAT(write_job_script(script), HasSubstr("\nsignal_before_end=600\n"));
}

TEST(JobScript, StartsTheStepOfSrunWithAllDevicesOfANode) {
  JobScript script = sample();
  script.slurm.launcher = "srun";
  script.slurm.gpus_per_node = 2;
  const std::string text = write_job_script(script);
  EXPECT_THAT(text, HasSubstr("srun --mpi=pmix"));
  EXPECT_THAT(text, HasSubstr("launch+=(--gpus-per-node=2)"));
  EXPECT_THAT(text, Not(HasSubstr("mpirun")));
  EXPECT_THAT(text, Not(HasSubstr("--gpus-per-task")));
}

TEST(JobScript, OfAnArrayTrainsOneShardAJob) {
  JobScript script = sample();
  script.shards = 4;
  const std::string text = write_job_script(script);
  EXPECT_THAT(text, HasSubstr("#SBATCH --array=1-4\n"));
  EXPECT_THAT(text, HasSubstr("#SBATCH --output=\"slurm-%A_%a.log\"\n"));
  EXPECT_THAT(text, HasSubstr("--shard \"$SLURM_ARRAY_TASK_ID/4\""));
  EXPECT_THAT(text, HasSubstr("store=$store.d/shards/$SLURM_ARRAY_TASK_ID-of-4.db\n"));
  EXPECT_EQ(shard_store("/r.db", "2", 4), "/r.db.d/shards/2-of-4.db");
  EXPECT_THAT(text, HasSubstr("failed_code=0\n"));
  const std::string merge = write_merge_script(script);
  EXPECT_THAT(merge, HasSubstr("for ((i = 1; i <= 4; i++))"));
  EXPECT_THAT(merge, HasSubstr("$store.d/shards/$i-of-4.db"));
}

TEST(JobScript, RefusesWhatItCannotCarry) {
  JobScript script = sample();
  EXPECT_EQ(refusal(script), "accepted");
  script.store = "/a\nb.db";
  EXPECT_THAT(refusal(script), HasSubstr("the path of the store has a newline"));
  script = sample();
  script.slurm.sbatch_args = {"--x\n#SBATCH --y"};
  EXPECT_THAT(refusal(script), HasSubstr("--sbatch-arg has a newline"));
  script = sample();
  script.slurm.time = "soon";
  EXPECT_THAT(refusal(script), HasSubstr("--time soon: must be"));
  script = sample();
  script.slurm.gpus_per_node = 1;
  script.slurm.ntasks_per_node = 1;
  EXPECT_THAT(refusal(script), HasSubstr("--ntasks-per-node beside --gpus-per-node"));
}

}  // namespace
}  // namespace headsweep::slurm
