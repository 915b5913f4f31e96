#include <algorithm>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "errors/user_error.h"
#include "tests/worker/trainer/small_trial.h"
#include "tests/worker/trainer/write_state_dict.h"
#include "trial/parameters.h"
#include "worker/trainer/initial_weights.h"
#include "worker/trainer/pickled_tensors.h"
#include "worker/trainer/state_dict_file.h"
#include "worker/trainer/stored_zip.h"

namespace headsweep::trainer {
namespace {

using testing::HasSubstr;

class StateDictTest : public testing::Test {
 protected:
  StateDictTest() : parameters_(static_cast<std::size_t>(trial::count_parameters(model_).total())) {
    fill_initial_weights<float>(small_settings(4), parameters_);
    tensors_ = written_tensors(model_, parameters_);
  }

  void write(std::span<const std::byte> bytes) const {
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }

  StateDict read(std::int64_t heads = 2) {
    write(write_stored_zip(state_dict_entries(tensors_)));
    return read_state_dict_file(path_, heads);
  }

  std::string complaint(std::int64_t heads = 2) {
    try {
      read(heads);
    } catch (const UserError& error) {
      return error.what();
    }
    return "nothing was wrong";
  }

  WrittenTensor& tensor(const std::string& name) {
    return *std::ranges::find(tensors_, name, &WrittenTensor::name);
  }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "m.pt";
  trial::ModelSettings model_ = small_settings().model;
  std::vector<float> parameters_;
  std::vector<WrittenTensor> tensors_;
};

TEST_F(StateDictTest, ShapesDecideEverythingButTheHeads) {
  const StateDict state = read();
  trial::ModelSettings expected = model_;
  expected.dropout = trial::ModelSettings().dropout;  // not in the file
  EXPECT_EQ(state.model, expected);
  EXPECT_TRUE(std::ranges::equal(state.parameters, parameters_));
  EXPECT_EQ(read(4).model.heads, 4);
}

TEST_F(StateDictTest, TheOrderOfTheTensorsDoesNotMatter) {
  std::ranges::reverse(tensors_);
  EXPECT_TRUE(std::ranges::equal(read().parameters, parameters_));
}

TEST_F(StateDictTest, HeadsWiderThanTheModelAreSeen) {
  model_.head_width = 12;
  parameters_.assign(static_cast<std::size_t>(trial::count_parameters(model_).total()), 0.5F);
  tensors_ = written_tensors(model_, parameters_);
  EXPECT_EQ(read().model.head_width, 12);
}

TEST_F(StateDictTest, WhatIsNotTheArchitectureIsNamed) {
  EXPECT_THAT(complaint(3), HasSubstr("--heads"));
  const auto all = tensors_;
  tensors_.pop_back();
  EXPECT_THAT(complaint(), HasSubstr("'out_proj.bias' is missing"));
  tensors_ = all;
  tensors_.push_back({"extra.weight", {1}, {0.0F}});
  EXPECT_THAT(complaint(), HasSubstr("'extra.weight' belongs to no part"));
  tensors_ = all;
  tensor("layers.1.mlp.2.weight").sizes = {24, 16};
  EXPECT_THAT(complaint(), HasSubstr("'layers.1.mlp.2.weight' is 24 x 16, not 16 x 24"));
  tensors_ = all;
  tensors_.push_back(all.front());
  EXPECT_THAT(complaint(), HasSubstr("'token_emb.weight' is there twice"));
}

TEST_F(StateDictTest, DataThatAreTooShortAreRefused) {
  tensor("layers.0.ln1.weight").elements.pop_back();
  EXPECT_THAT(complaint(), HasSubstr("'layers.0.ln1.weight' reaches beyond its data"));
}

TEST_F(StateDictTest, FilesThatAreNoArchivesAreRefused) {
  for (const std::string content : {"", "hello", "PK\5\6"}) {
    write(std::as_bytes(std::span(content)));
    EXPECT_THROW(read_state_dict_file(path_, 2), UserError);
  }
  EXPECT_THROW(read_state_dict_file(folder_.path() / "missing.pt", 2), UserError);
  EXPECT_THROW(read_state_dict_file(folder_.path(), 2), UserError);
}

// Weights are under a checksum, names and shapes are checked: whatever is changed, the weights that are read
// are the ones that were written, or none.
TEST_F(StateDictTest, NoFlippedBitYieldsOtherWeights) {
  const auto archive = write_stored_zip(state_dict_entries(tensors_));
  int refused = 0;
  for (std::size_t byte = 0; byte < archive.size(); byte += 23) {
    auto damaged = archive;
    damaged[byte] ^= std::byte{1} << (byte % 8);
    write(damaged);
    try {
      EXPECT_TRUE(std::ranges::equal(read_state_dict_file(path_, 2).parameters, parameters_)) << byte;
    } catch (const UserError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, static_cast<int>(archive.size() / 23 / 2));
}

// Without the checksum in the way.
TEST_F(StateDictTest, AnyPickleIsReadOrRefused) {
  const std::string pickle = state_dict_entries(tensors_).front().second;
  for (std::size_t byte = 0; byte < pickle.size(); ++byte) {
    for (const char change : {'\x01', '\x40', '\x7f'}) {
      std::string damaged = pickle;
      damaged[byte] = static_cast<char>(damaged[byte] ^ change);
      try {
        static_cast<void>(read_pickled_tensors(std::as_bytes(std::span(damaged))));
      } catch (const UserError&) {
      }
    }
    EXPECT_THROW(read_pickled_tensors(std::as_bytes(std::span(pickle).first(byte))), UserError);
  }
}

TEST_F(StateDictTest, APickleThatCallsSomethingElseIsRefused) {
  const std::string pickle = std::string("\x80\x02") + "cos\nsystem\n" + "(K\1tR.";
  try {
    read_pickled_tensors(std::as_bytes(std::span(pickle)));
    FAIL();
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("'os system'"));
  }
}

}  // namespace
}  // namespace headsweep::trainer
