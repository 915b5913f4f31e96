// The executable: frames, its end, its log, and what it prints.

#include <chrono>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include "protocol/log_files.h"
#include "tests/worker/trainer/small_trial.h"
#include "tests/worker/trainer/trainer_child.h"
#include "tests/worker/trainer/write_state_dict.h"
#include "trial/parameters.h"
#include "worker/trainer/initial_weights.h"
#include "worker/trainer/whole_file.h"

namespace headsweep::trainer {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

protocol::TrainBundle work(const TemporaryFolder& store, const trial::Settings& settings,
                           double checkpoints) {
  return {{assignment(1, settings)}, store.path().string(), checkpoints};
}

// What a trainer answers for one trial whose model it keeps.
std::optional<protocol::TrialDone> train_and_keep(const TemporaryFolder& store,
                                                  const trial::Settings& settings) {
  TrainerChild trainer;
  protocol::TrainBundle bundle = work(store, settings, 1e9);
  bundle.bundle[0].keep_model = true;
  trainer.send(bundle);
  return trainer.next<protocol::TrialDone>();
}

// Long enough to be interrupted.
trial::Settings long_settings(std::int64_t steps = 1500) {
  trial::Settings settings = small_settings();
  settings.training.steps = steps;
  settings.measure.every = 0;
  return settings;
}

void wait_for_checkpoint(const TemporaryFolder& store) {
  const auto folder = store.path() / "checkpoints";
  const auto is_one = [](const auto& entry) { return entry.path().extension() == ".ckpt"; };
  for (int i = 0; i < 24'000; ++i) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
      if (is_one(entry)) return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  FAIL() << "no checkpoint appeared";
}

int count_checkpoints(const TemporaryFolder& store, const std::string& key) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(store.path() / "checkpoints")) {
    if (entry.path().filename().string().starts_with(key)) ++count;
  }
  return count;
}

TEST(TrainerProcess, OnACpuOneTrialAtATimeIsBest) {
  const TemporaryFolder store;
  TrainerChild trainer;
  trainer.send(protocol::ChooseStack{small_settings()});
  const auto chosen = trainer.next<protocol::StackChosen>();
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->trials, 1);
  trainer.send(work(store, small_settings(), 1e9));
  EXPECT_TRUE(trainer.next<protocol::TrialDone>());
}

TEST(TrainerProcess, TrainsWhatItIsSentAndEndsWithThePipe) {
  const TemporaryFolder store;
  TrainerChild trainer;
  const auto hello = trainer.next<protocol::TrainerHello>();
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->pid, trainer.pid());
  EXPECT_EQ(hello->device, "cpu");
  trainer.send(work(store, small_settings(), 1e9));
  const auto done = trainer.next<protocol::TrialDone>();
  ASSERT_TRUE(done);
  EXPECT_EQ(timeless(done->result), timeless(train_alone(small_settings())));
  EXPECT_THAT(read_whole_file(protocol::trial_log(store.path(), 1)), testing::Not(IsEmpty()));
  trainer.close_pipe();
  const int status = trainer.wait_status();
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

TEST(TrainerProcess, StopsBetweenSteps) {
  const TemporaryFolder store;
  const trial::Settings endless = long_settings(1'000'000);
  TrainerChild trainer;
  trainer.send(work(store, endless, 1e9));
  ASSERT_TRUE(trainer.next<protocol::TrialProgress>());
  trainer.send(protocol::StopTraining{});
  const auto stopped = trainer.next<protocol::TrialStopped>();
  ASSERT_TRUE(stopped);
  EXPECT_GT(stopped->step, 0);
  EXPECT_LT(stopped->step, endless.training.steps);
  EXPECT_EQ(count_checkpoints(store, assignment(1, endless).key), 1);
}

TEST(TrainerProcess, KilledAndStartedAgainItGivesTheSameBits) {
  const TemporaryFolder store;
  {
    TrainerChild trainer;
    trainer.send(work(store, long_settings(), 0.05));
    wait_for_checkpoint(store);
    trainer.kill();
    EXPECT_TRUE(WIFSIGNALED(trainer.wait_status()));
  }
  TrainerChild trainer;
  trainer.send(work(store, long_settings(), 1e9));
  const auto done = trainer.next<protocol::TrialDone>();
  ASSERT_TRUE(done);
  EXPECT_EQ(timeless(done->result), timeless(train_alone(long_settings())));
  std::ifstream log(protocol::trial_log(store.path(), 1));
  const std::string text(std::istreambuf_iterator<char>(log), {});
  EXPECT_THAT(text, testing::ContainsRegex("resumes at step [1-9]"));
}

TEST(TrainerProcess, RemovesTheCheckpointsOfADoneTrialOnceItIsCommitted) {
  const TemporaryFolder store;
  TrainerChild trainer;
  const std::string key = assignment(1, small_settings()).key;
  trainer.send(work(store, small_settings(), 0));
  ASSERT_TRUE(trainer.next<protocol::TrialDone>());
  protocol::TrainBundle next = work(store, small_settings(1), 1e9);
  next.bundle[0].attempt = 2;
  trainer.send(next);
  ASSERT_TRUE(trainer.next<protocol::TrialDone>());
  EXPECT_EQ(count_checkpoints(store, key), 2) << "the next bundle does not say that the result is safe";
  trainer.send(protocol::Committed{{1}});
  next.bundle[0].attempt = 3;
  trainer.send(next);
  ASSERT_TRUE(trainer.next<protocol::TrialDone>());
  EXPECT_EQ(count_checkpoints(store, key), 0);
}

TEST(TrainerProcess, BytesThatAreNoMessageEndItWithOneLine) {
  const TemporaryFolder folder;
  TrainerChild trainer;
  ASSERT_TRUE(trainer.next<protocol::TrainerHello>());
  trainer.send(protocol::WorkerHeartbeat{});  // a message, but none for a trainer
  const int status = trainer.wait_status();
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 1) << status;
}

TEST(TrainerProcess, EndsAtOnceIfItsParentIsAnother) {
  TrainerChild trainer(1);
  EXPECT_FALSE(trainer.next<protocol::TrainerHello>());
  const int status = trainer.wait_status();
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

TEST(TrainerProcess, DiesWithItsParent) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t parent = fork();
  if (parent == 0) {
    TrainerChild trainer;
    const bool started = trainer.next<protocol::TrainerHello>().has_value();
    const pid_t pid = started ? trainer.pid() : -1;
    if (write(ends[1], &pid, sizeof pid) < 0) _exit(1);
    pause();
  }
  pid_t grandchild = -1;
  ASSERT_EQ(read(ends[0], &grandchild, sizeof grandchild), static_cast<ssize_t>(sizeof grandchild));
  ASSERT_GT(grandchild, 0);
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  bool alive = true;
  for (int i = 0; i < 6'000 && alive; ++i) {
    std::ifstream stat("/proc/" + std::to_string(grandchild) + "/stat");
    std::string text;
    std::getline(stat, text);
    alive =
        !text.empty() && text.find(") Z ") == std::string::npos;  // a zombie waits for whoever reaps orphans
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_FALSE(alive);
  close(ends[0]);
  close(ends[1]);
}

TEST(TrainerProcess, NamesDevicesAndVersions) {
  const Finished devices = run_trainer({"--devices"});
  EXPECT_EQ(devices.exit_code, 0);
  const auto answer = nlohmann::json::parse(devices.output);
  EXPECT_EQ(answer.at("gpus").empty(), answer.contains("why_none")) << devices.output;
  const Finished version = run_trainer({"--version"});
  EXPECT_FALSE(nlohmann::json::parse(version.output)["libtorch"].get<std::string>().empty());
}

TEST(TrainerProcess, WrongUseIsOneLineAndANonZeroCode) {
  const TemporaryFolder folder;
  const auto bad = folder.path() / "bad.pt";
  std::ofstream(bad) << "not a model";
  const auto expect_line = [](const std::vector<std::string>& arguments, int code, const std::string& about) {
    const Finished finished = run_trainer(arguments);
    EXPECT_EQ(finished.exit_code, code) << about;
    EXPECT_EQ(finished.output, "");
    EXPECT_THAT(finished.errors, HasSubstr(about));
    EXPECT_EQ(std::ranges::count(finished.errors, '\n'), 1) << finished.errors;
  };
  expect_line({"--no-such-option"}, 2, "--no-such-option");
  expect_line({}, 2, "descriptor 3");
  expect_line({"--measure", bad.string(), "--task", "copy"}, 1, "models/*.hsm");
  expect_line({"--measure", (folder.path() / "missing.hsm").string(), "--heads", "1"}, 1, "missing.hsm");
  expect_line({"--measure", bad.string() + "x"}, 1, "cannot read");
}

TEST(TrainerProcess, MeasuresAStateDictOnHeldOutSequences) {
  const TemporaryFolder folder;
  const trial::Settings settings = small_settings();
  const trial::ModelSettings& model = settings.model;
  std::vector<float> parameters(static_cast<std::size_t>(trial::count_parameters(model).total()));
  fill_initial_weights<float>(settings, parameters);
  const auto file = folder.path() / "model.pt";
  replace_file(file, write_stored_zip(state_dict_entries(written_tensors(model, parameters))));
  const std::vector<std::string> arguments = {"--measure", file.string(), "--task",
                                              "copy",      "--sequences", "3"};
  EXPECT_THAT(run_trainer(arguments).errors, AllOf(StartsWith("headsweep: "), HasSubstr("give --heads")));
  auto with_heads = arguments;
  with_heads.insert(with_heads.end(), {"--heads", "4"});
  const auto measured = nlohmann::json::parse(run_trainer(with_heads).output);
  EXPECT_EQ(measured["heads"], 4);
  EXPECT_EQ(measured["layers"].size(), 2U);
  EXPECT_EQ(measured["layers"][1]["heads"].size(), 4U);
  EXPECT_EQ(measured["layers"][0]["metrics"]["mixing_time_paper"]["per_sequence"].size(), 3U);
  EXPECT_GT(measured["loss"], 0);
  EXPECT_FALSE(measured["rollout"]["metrics"].contains("head_importance"));
  const auto inputs = folder.path() / "inputs.json";
  std::ofstream(inputs) << "{]";
  with_heads.insert(with_heads.end(), {"--inputs", inputs.string()});
  EXPECT_EQ(run_trainer(with_heads).errors,
            "headsweep: inputs '" + inputs.string() + "': not JSON at byte 2\n");
  const std::vector<int> zeros(static_cast<std::size_t>(model.length), 0);
  std::ofstream(inputs) << nlohmann::json{{"tokens", {zeros, zeros}}};
  const auto on_inputs = nlohmann::json::parse(run_trainer(with_heads).output);
  EXPECT_EQ(on_inputs["sequences"], 2);
  EXPECT_GT(on_inputs["loss"], 0) << "the targets of copy follow from the tokens";
  auto unknown = with_heads;
  unknown[3] = "copi";
  EXPECT_THAT(run_trainer(unknown).errors, HasSubstr("did you mean 'copy'?"));
}

TEST(TrainerProcess, MeasuresAKeptModelAsItsTrialDid) {
  const TemporaryFolder store;
  const auto done = train_and_keep(store, small_settings());
  ASSERT_TRUE(done);
  const auto measured = nlohmann::json::parse(
      run_trainer({"--measure", (store.path() / done->result.model_file).string()}).output);
  EXPECT_EQ(measured["task"], "cycle");
  EXPECT_EQ(measured["loss"].get<double>(), done->result.loss);
  EXPECT_EQ(measured["accuracy"].get<double>(), done->result.accuracy);
  const auto& layer = done->result.layers[3];  // training split: two layers and the model; then held-out
  ASSERT_EQ(layer.split, protocol::Split::kHeldOut);
  const auto& mixing = layer.metrics[static_cast<std::size_t>(metrics::Metric::kMixingTimePaper)];
  EXPECT_EQ(measured["layers"][0]["metrics"]["mixing_time_paper"]["mean"].get<double>(), mixing.mean);
}

TEST(TrainerProcess, MeasuresAKeptDiverseModelWithItsOwnGraphs) {
  const TemporaryFolder store;
  const auto done = train_and_keep(store, diverse_settings());
  ASSERT_TRUE(done);
  const std::string model = (store.path() / done->result.model_file).string();
  const auto loss_of = [&](const std::vector<std::string>& options) {
    std::vector<std::string> arguments = {"--measure", model};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return nlohmann::json::parse(run_trainer(arguments).output)["loss"].get<double>();
  };
  EXPECT_EQ(loss_of({}), done->result.loss);
  const auto inputs = store.path() / "inputs.json";
  std::ofstream(inputs) << R"({"tokens": [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]]})";
  // Another seed means other sequences, not other graphs.
  EXPECT_EQ(loss_of({"--inputs", inputs.string()}), loss_of({"--inputs", inputs.string(), "--seed", "9"}));
}

}  // namespace
}  // namespace headsweep::trainer
