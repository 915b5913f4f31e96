// Every core number of the golden files from the released checkpoints, through what `headsweep measure`
// prints.

#include <cmath>
#include <fstream>
#include <map>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "metrics/metric.h"
#include "tests/temporary_folder.h"
#include "tests/worker/trainer/golden_checkpoint.h"
#include "worker/trainer/measure_files.h"

namespace headsweep::trainer {
namespace {

using nlohmann::json;

// Golden name -> name in the store, where they differ.
const std::map<std::string, std::string> kShortNames = {
    {"code_mixing", "mixing_time_paper"},       {"phi_min_excl", "fidelity_min_inner"},
    {"phi_min_incl", "fidelity_min"},           {"phi_argmin_excl", "fidelity_argmin_inner"},
    {"hit_mean", "hitting_time_backward_mean"}, {"hit_max", "hitting_time_backward_max"},
    {"tmix", "mixing_time_backward"},
};

// What a difference is a difference of: its rounding error is relative to that.
const std::map<std::string, std::string> kMinuends = {
    {"fidelity_switching_gain", "fidelity_min_inner"},
    {"hitting_switching_gain_forward", "hitting_time_forward_mean"},
    {"hitting_switching_gain_backward", "hitting_time_backward_mean"},
    {"hitting_synergy_forward", "hitting_time_forward_mean"},
    {"hitting_synergy_backward", "hitting_time_backward_mean"},
    {"progress_synergy_forward", "progress_probability_forward"},
    {"progress_synergy_backward", "progress_probability_backward"},
};

class GoldenMetrics : public testing::TestWithParam<std::tuple<std::string, std::string>> {
 protected:
  // All of the checkpoint, measured on the golden sequences.
  static json measure(const GoldenCheckpoint& golden, const std::string& dtype) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "inputs.json";
    std::ofstream(file) << golden.values;  // without targets: they follow from the tokens
    Arguments arguments;
    arguments.checkpoints = {golden.file.string()};
    arguments.task = golden.values["task"].get<std::string>();
    arguments.heads = golden.values["heads"].get<std::int64_t>();
    arguments.inputs = file.string();
    arguments.dtype = dtype;
    return json::parse(measure_files(arguments));
  }

  bool is_double() const { return std::get<1>(GetParam()) == "float64"; }

  double tolerance(const metrics::MetricInfo& info, double value) const {
    if (is_double()) return 1e-9;
    return info.scale == metrics::Scale::kWalkTime && std::abs(value) > 1000 ? 1e-3 : 1e-4;
  }

  // `measured`: "metrics" of a layer or head; `golden`: lists of values by name.
  void expect_equal(const json& measured, const json& golden, const std::string& where) {
    for (const auto& [golden_name, expected] : golden.items()) {
      const auto renamed = kShortNames.find(golden_name);
      const std::string name = renamed == kShortNames.end() ? golden_name : renamed->second;
      const auto metric = metrics::find_metric(name);
      if (!metric || !expected.is_array() || !measured.contains(name)) continue;
      if (is_unstable(golden, golden_name)) continue;
      const json& values = measured[name]["per_sequence"];
      ASSERT_EQ(values.size(), expected.size()) << where << name;
      for (std::size_t i = 0; i < expected.size(); ++i) {
        compare(*metric, measured, values[i], expected[i], i, where + name);
      }
    }
  }

  void compare(metrics::Metric metric, const json& measured, const json& value, const json& expected,
               std::size_t sequence, const std::string& where) {
    const std::string place = where + " of sequence " + std::to_string(sequence);
    if (expected.is_null() || value.is_null()) {
      EXPECT_EQ(value, expected) << place;
      return;
    }
    const metrics::MetricInfo& info = metrics::metric_info(metric);
    const double wanted = expected.get<double>();
    double magnitude = std::abs(wanted);
    if (const auto minuend = kMinuends.find(std::string(info.name)); minuend != kMinuends.end()) {
      // hitting times of the heads reach far above their combination's
      const json& from = measured[minuend->second]["per_sequence"][sequence];
      magnitude += from.is_number() ? std::abs(from.get<double>()) : 0;
    }
    EXPECT_NEAR(value.get<double>(), wanted, tolerance(info, magnitude) * magnitude) << place;
    ++compared_;
  }

  // In float32 the position of a minimum is decided by rounding where the two smallest are this close.
  bool is_unstable(const json& golden, const std::string& name) const {
    if (is_double() || !name.starts_with("phi_argmin_")) return false;
    for (const json& gap : golden.at("phi_argmin_rel_gap_" + name.substr(11))) {
      if (gap.get<double>() < 1e-4) return true;
    }
    return false;
  }

  int compared_ = 0;
};

TEST_P(GoldenMetrics, AreReproduced) {
  const auto golden = golden_checkpoint(std::get<0>(GetParam()));
  if (!golden) GTEST_SKIP() << "HEADSWEEP_GOLDEN_DIR is not set: the released checkpoints are not here";
  const json measured = measure(*golden, std::get<1>(GetParam()));
  ASSERT_EQ(measured["layers"].size(), 4U);
  for (std::size_t layer = 0; layer < 4; ++layer) {
    const json& here = measured["layers"][layer];
    const json& values = golden->values["layers_metrics"][layer];
    const json& directions = golden->directions["layers"][layer];
    const std::string where = "layer " + std::to_string(layer) + " ";
    expect_equal(here["metrics"], values["multi"], where);
    expect_equal(here["metrics"], directions["combined"], where);
    ASSERT_EQ(here["heads"].size(), values["heads"].size());
    for (std::size_t head = 0; head < here["heads"].size(); ++head) {
      const std::string at = where + "head " + std::to_string(head) + " ";
      const json& of_head = here["heads"][head]["metrics"];
      expect_equal(of_head, values["heads"][head], at);
      expect_equal(of_head, directions["heads"][head], at);
      EXPECT_NEAR(of_head["head_importance"]["mean"].get<double>(),
                  values["head_importance"][head].get<double>(), 1e-9)
          << at;
    }
  }
  // At least: layers x sequences x (combination and heads) x core metrics that the files have.
  EXPECT_GT(compared_, 4 * 8 * static_cast<int>(1 + measured["heads"].get<int>()) * 10);
}

TEST_P(GoldenMetrics, LossAndAccuracyAreReproduced) {
  const auto golden = golden_checkpoint(std::get<0>(GetParam()));
  if (!golden) GTEST_SKIP() << "HEADSWEEP_GOLDEN_DIR is not set: the released checkpoints are not here";
  const json measured = measure(*golden, std::get<1>(GetParam()));
  const json& forward = golden->values["forward"][is_double() ? "primary_model_double" : "float32_native"];
  const double loss = forward["ce_mean"].get<double>();
  // A loss of 1e-8 is what is left of logits of 40: their rounding in double comes on top.
  EXPECT_NEAR(measured["loss"].get<double>(), loss, loss * (is_double() ? 1e-9 : 1e-4) + 1e-14);
  EXPECT_EQ(measured["accuracy"].get<double>(),
            golden->values["forward"]["primary_model_double"]["accuracy"]);
}

INSTANTIATE_TEST_SUITE_P(Released, GoldenMetrics,
                         testing::Combine(testing::ValuesIn(kGoldenNames),
                                          testing::Values(std::string("float32"), std::string("float64"))),
                         [](const auto& checkpoint) {
                           return "of_" + std::get<0>(checkpoint.param) + "_in_" +
                                  std::get<1>(checkpoint.param);
                         });

}  // namespace
}  // namespace headsweep::trainer
