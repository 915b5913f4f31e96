#include "worker/trainer/model_file.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "errors/user_error.h"
#include "tests/worker/trainer/small_trial.h"
#include "trial/key.h"
#include "trial/parameters.h"
#include "trial/sha256.h"
#include "worker/trainer/checkpoints.h"
#include "worker/trainer/whole_file.h"

namespace headsweep::trainer {
namespace {

ModelFile checkpoint_at(std::int64_t step, const std::string& numerics = "{}") {
  ModelFile file;
  file.kind = ModelFile::Kind::kCheckpoint;
  file.settings = small_settings(7);
  file.key = trial::trial_key(file.settings);
  file.attempt = 3;
  file.step = step;
  file.numerics = numerics;
  file.train_seconds = 1.5;
  const auto bytes =
      static_cast<std::size_t>(trial::count_parameters(file.settings.model).total()) * sizeof(float);
  file.parameters.assign(bytes, std::byte{1});
  file.first_moments.assign(bytes, std::byte{2});
  file.second_moments.assign(bytes, std::byte{3});
  metrics::MetricSummaries summaries{};
  summaries[0] = {.mean = 0.1, .std = 0.2, .n = 6, .censored = 1};
  file.curve = {{step, 1.0 / 3, 0.5, -1.0 / 7, {{0, protocol::Split::kTrain, summaries}}}};
  return file;
}

// Like replace_file(), without waiting for the disk.
void overwrite(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

void flip_bit(const std::filesystem::path& path, std::size_t byte, int bit) {
  auto bytes = read_whole_file(path);
  bytes.at(byte) ^= std::byte{1} << bit;
  overwrite(path, bytes);
}

std::vector<std::int64_t> steps_in(const std::filesystem::path& store) {
  std::vector<std::int64_t> steps;
  for (const auto& entry : std::filesystem::directory_iterator(store / "checkpoints")) {
    const std::string stem = entry.path().stem().string();
    steps.push_back(std::stoll(stem.substr(stem.find('.') + 1)));
  }
  std::ranges::sort(steps);
  return steps;
}

TEST(ModelFile, ComesBackAsItWas) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "sub" / "a.ckpt";
  const ModelFile written = checkpoint_at(12);
  const std::string hash = write_model_file(path, written);
  EXPECT_EQ(hash, trial::sha256_hex(std::span<const std::byte>(read_whole_file(path))));
  const ModelFile read = read_model_file(path);
  EXPECT_EQ(read.kind, written.kind);
  EXPECT_EQ(read.key, written.key);
  EXPECT_EQ(read.settings, written.settings);
  EXPECT_EQ(read.attempt, 3);
  EXPECT_EQ(read.step, 12);
  EXPECT_EQ(read.train_seconds, 1.5);
  EXPECT_EQ(read.parameters, written.parameters);
  EXPECT_EQ(read.first_moments, written.first_moments);
  EXPECT_EQ(read.second_moments, written.second_moments);
  ASSERT_EQ(read.curve.size(), 1U);
  EXPECT_EQ(read.curve[0].loss, 1.0 / 3);
  EXPECT_EQ(read.curve[0].layers.at(0).metrics[0].mean, 0.1);
  EXPECT_TRUE(is_model_file(path));
}

TEST(ModelFile, EveryFlippedBitAndEveryCutIsSeen) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "a.ckpt";
  write_model_file(path, checkpoint_at(12));
  const auto whole = read_whole_file(path);
  for (std::size_t byte = 0; byte < whole.size(); byte += byte < 1500 ? 1 : 997) {
    flip_bit(path, byte, static_cast<int>(byte % 8));
    EXPECT_THROW(read_model_file(path), UserError) << "byte " << byte;
    flip_bit(path, byte, static_cast<int>(byte % 8));
  }
  for (std::size_t size = 0; size < whole.size(); size += 499) {
    overwrite(path, std::span(whole).first(size));
    EXPECT_THROW(read_model_file(path), UserError) << size << " bytes";
  }
}

TEST(ModelFile, WhatItsSettingsDoNotNeedIsRefused) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "a.ckpt";
  ModelFile file = checkpoint_at(12);
  file.parameters.pop_back();
  write_model_file(path, file);
  EXPECT_THROW(read_model_file(path), UserError);
  file = checkpoint_at(12);
  file.settings.seed = 8;  // no longer the settings of the key
  write_model_file(path, file);
  EXPECT_THROW(read_model_file(path), UserError);
}

TEST(Checkpoints, TheTwoNewestAreKept) {
  const TemporaryFolder store;
  for (const std::int64_t step : {5, 10, 15, 40}) save_checkpoint(store.path(), checkpoint_at(step));
  EXPECT_THAT(steps_in(store.path()), testing::ElementsAre(15, 40));
  const std::string key = checkpoint_at(0).key;
  EXPECT_EQ(newest_checkpoint(store.path(), key, "{}")->step, 40);
  remove_checkpoints(store.path(), key);
  EXPECT_THAT(steps_in(store.path()), testing::IsEmpty());
  EXPECT_EQ(newest_checkpoint(store.path(), key, "{}"), std::nullopt);
}

TEST(Checkpoints, OneOfAStepThatItsTrialDoesNotHaveIsNotUsed) {
  const TemporaryFolder store;
  save_checkpoint(store.path(), checkpoint_at(5));
  save_checkpoint(store.path(), checkpoint_at(1000));
  testing::internal::CaptureStderr();
  const auto checkpoint = newest_checkpoint(store.path(), checkpoint_at(0).key, "{}");
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              testing::HasSubstr("is of a step that its settings do not have"));
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->step, 5);
}

TEST(Checkpoints, ADamagedOneIsSaidAndTheOlderUsed) {
  const TemporaryFolder store;
  save_checkpoint(store.path(), checkpoint_at(5));
  save_checkpoint(store.path(), checkpoint_at(10));
  const std::string key = checkpoint_at(0).key;
  flip_bit(store.path() / "checkpoints" / (key + ".10.ckpt"), 2000, 3);
  testing::internal::CaptureStderr();
  const auto checkpoint = newest_checkpoint(store.path(), key, "{}");
  EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::HasSubstr("damaged"));
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->step, 5);
}

TEST(Checkpoints, OtherNumericsOrTrialsAreNotResumed) {
  const TemporaryFolder store;
  save_checkpoint(store.path(), checkpoint_at(5, R"({"threads":2})"));
  const std::string key = checkpoint_at(0).key;
  const auto path = store.path() / "checkpoints" / (key + ".5.ckpt");
  const std::string other_key(key.rbegin(), key.rend());
  std::filesystem::copy(path, store.path() / "checkpoints" / (other_key + ".5.ckpt"));
  std::filesystem::copy(path, store.path() / "checkpoints" / (key + ".6.ckpt"));
  testing::internal::CaptureStderr();
  EXPECT_EQ(newest_checkpoint(store.path(), key, "{}"), std::nullopt);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::HasSubstr("numerics"));
  EXPECT_EQ(newest_checkpoint(store.path(), other_key, R"({"threads":2})"), std::nullopt);
  EXPECT_EQ(newest_checkpoint(store.path(), key, R"({"threads":2})")->step, 5);
}

TEST(Checkpoints, AFolderThatCannotBeWrittenIsAUserError) {
  const TemporaryFolder store;
  std::ofstream(store.path() / "checkpoints") << "in the way";
  EXPECT_THROW(save_checkpoint(store.path(), checkpoint_at(5)), UserError);
}

}  // namespace
}  // namespace headsweep::trainer
