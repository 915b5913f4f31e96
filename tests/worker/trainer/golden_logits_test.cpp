// Logits of the released checkpoints.

#include <cstring>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "tests/worker/trainer/golden_checkpoint.h"
#include "worker/trainer/model.h"
#include "worker/trainer/model_source.h"
#include "worker/trainer/stored_zip.h"
#include "worker/trainer/whole_file.h"

namespace headsweep::trainer {
namespace {

at::Tensor logits(const GoldenCheckpoint& golden, at::ScalarType dtype) {
  const at::NoGradGuard no_grad;
  const LoadedModel model = load_model(golden.file, golden.values["heads"].get<std::int64_t>());
  const at::Tensor flat = at::tensor(model.parameters, at::kDouble).to(dtype);
  std::vector<std::int64_t> tokens;
  for (const auto& row : golden.values["tokens"]) {
    for (const auto& token : row) tokens.push_back(token.get<std::int64_t>());
  }
  const trial::ModelSettings& shapes = model.settings.model;
  return Model(model.settings, parameter_views(shapes, flat))
      .forward(at::tensor(tokens, at::kLong).view({-1, shapes.length}))
      .to(at::kDouble);
}

// A float64 array of the golden npz: an uncompressed npy of version 1.0, whose header says how long it is.
at::Tensor golden_array(const GoldenCheckpoint& golden, const std::string& name, at::IntArrayRef shape) {
  const auto file = read_whole_file(golden.arrays);
  const auto entry = stored_zip_entries(file).at(name + ".npy");
  std::uint16_t header = 0;
  std::memcpy(&header, entry.data() + 8, sizeof header);
  const at::Tensor array = at::empty(shape, at::kDouble);
  const auto data = entry.subspan(std::size_t{10} + header);
  EXPECT_EQ(data.size(), array.nbytes());
  std::memcpy(array.mutable_data_ptr(), data.data(), array.nbytes());
  return array;
}

class GoldenLogits : public testing::TestWithParam<std::string> {};

TEST_P(GoldenLogits, OfTheFirstSequenceAreReproduced) {
  const auto golden = golden_checkpoint(GetParam());
  if (!golden) GTEST_SKIP() << "HEADSWEEP_GOLDEN_DIR is not set: the released checkpoints are not here";
  const at::Tensor expected = golden_array(*golden, "logits_seq0", {100, 256});
  const auto error = [&](at::ScalarType dtype) {
    return (logits(*golden, dtype)[0] - expected).abs().max().item<double>();
  };
  EXPECT_LT(error(at::kFloat), 2e-4);
  EXPECT_LT(error(at::kDouble), 1e-9);
}

TEST_P(GoldenLogits, OfAllSequencesHaveTheSameSumsAndArgmax) {
  const auto golden = golden_checkpoint(GetParam());
  if (!golden) GTEST_SKIP() << "HEADSWEEP_GOLDEN_DIR is not set: the released checkpoints are not here";
  const auto& forward = golden->values["forward"]["primary_model_double"];
  const at::Tensor exact = logits(*golden, at::kDouble);
  const double absolute = forward["logits_abs_sum"].get<double>();
  EXPECT_NEAR(exact.sum().item<double>(), forward["logits_sum"].get<double>(), 1e-12 * absolute);
  EXPECT_NEAR(exact.abs().sum().item<double>(), absolute, 1e-12 * absolute);
  std::vector<std::int64_t> argmax;
  for (const auto& row : forward["argmax"]) {
    for (const auto& token : row) argmax.push_back(token.get<std::int64_t>());
  }
  const at::Tensor expected = at::tensor(argmax, at::kLong).view({-1, 100});
  EXPECT_TRUE(at::equal(exact.argmax(-1), expected));
  EXPECT_TRUE(at::equal(logits(*golden, at::kFloat).argmax(-1), expected));
}

INSTANTIATE_TEST_SUITE_P(Released, GoldenLogits, testing::ValuesIn(kGoldenNames),
                         [](const auto& checkpoint) { return "of_" + checkpoint.param; });

}  // namespace
}  // namespace headsweep::trainer
