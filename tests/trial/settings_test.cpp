#include "trial/settings.h"

#include <cmath>
#include <limits>
#include <set>

#include <gtest/gtest.h>

#include "tasks/task.h"

namespace headsweep::trial {
namespace {

const SettingInfo& setting(std::string_view name) {
  const SettingInfo* const found = find_setting(name);
  if (!found) throw std::logic_error("no such setting");
  return *found;
}

std::string complaint(std::string_view name, Value value) {
  return check_value(setting(name), value).value_or("accepted");
}

TEST(AllSettings, AreNamedOnceAndFound) {
  std::set<std::string_view> names;
  for (const SettingInfo& info : all_settings()) {
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_EQ(find_setting(info.name), &info);
    EXPECT_FALSE(info.meaning.empty()) << info.name;
  }
  EXPECT_EQ(names.size(), 36U);
  EXPECT_EQ(find_setting("seed"), nullptr);
}

TEST(AllSettings, DefaultsAreAllowedAloneAndTogether) {
  for (const SettingInfo& info : all_settings()) {
    Value value = info.get(Settings{});
    EXPECT_FALSE(check_value(info, value)) << info.name;
  }
  EXPECT_FALSE(check_together(Settings{}));
}

TEST(AllSettings, GetReadsWhatSetWrote) {
  for (const SettingInfo& info : all_settings()) {
    Settings settings;
    const Value value = info.type == Type::kName      ? Value(std::string(info.names.back()))
                        : info.type == Type::kBoolean ? Value(true)
                        : info.type == Type::kReal    ? Value(info.maximum)
                                                      : Value(static_cast<std::int64_t>(info.maximum));
    info.set(settings, value);
    EXPECT_EQ(info.get(settings), value) << info.name;
    EXPECT_NE(settings, Settings{}) << info.name;
    info.set(settings, info.get(Settings{}));
    EXPECT_EQ(settings, Settings{}) << info.name;
  }
}

TEST(CheckValue, HoldsTheLimitsExactly) {
  for (const SettingInfo& info : all_settings()) {
    if (info.type == Type::kName || info.type == Type::kBoolean) continue;
    const auto number = [&](double x) {
      return info.type == Type::kReal ? Value(x) : Value(static_cast<std::int64_t>(x));
    };
    const auto beyond = [&](double x, double direction) {
      return info.type == Type::kReal ? std::nextafter(x, direction * 1e9) : x + direction;
    };
    EXPECT_EQ(complaint(info.name, number(info.minimum)), "accepted") << info.name;
    EXPECT_EQ(complaint(info.name, number(info.maximum)), "accepted") << info.name;
    EXPECT_NE(complaint(info.name, number(beyond(info.minimum, -1))), "accepted") << info.name;
    EXPECT_NE(complaint(info.name, number(beyond(info.maximum, +1))), "accepted") << info.name;
  }
}

TEST(CheckValue, SaysWhatIsAllowed) {
  EXPECT_EQ(complaint("model.width", std::int64_t{0}), "must be an integer from 1 to 4096, not 0");
  EXPECT_EQ(complaint("model.width", 64.0), "must be an integer from 1 to 4096, not 64.0");
  EXPECT_EQ(complaint("model.width", true), "must be an integer from 1 to 4096, not true");
  EXPECT_EQ(complaint("model.width", std::monostate()), "must be an integer from 1 to 4096, not (not set)");
  EXPECT_EQ(complaint("model.dropout", std::string("0.1")), "must be a number from 0 to 0.95, not \"0.1\"");
  EXPECT_EQ(complaint("measure.keep", std::string("al")),
            "must be one of \"auto\", \"all\", \"none\", not \"al\"; did you mean 'all'?");
  EXPECT_EQ(complaint("measure.keep", std::int64_t{1}), "must be one of \"auto\", \"all\", \"none\", not 1");
}

TEST(CheckValue, TakesTruthValuesOnlyWhereTheyAreAskedFor) {
  EXPECT_EQ(complaint("diversity.graph_shared", true), "accepted");
  EXPECT_EQ(complaint("diversity.graph_shared", std::int64_t{1}), "must be true or false, not 1");
  EXPECT_EQ(complaint("model.talking_heads", std::string("true")), "must be true or false, not \"true\"");
}

TEST(CheckValue, TakesEveryTaskAndNothingElse) {
  for (const tasks::Task* const task : tasks::all_tasks()) {
    EXPECT_EQ(complaint("training.task", std::string(task->name())), "accepted");
  }
  EXPECT_TRUE(
      complaint("training.task", std::string("cycel")).ends_with("not \"cycel\"; did you mean 'cycle'?"));
}

TEST(CheckValue, RefusesWhatIsNoNumber) {
  EXPECT_NE(complaint("model.dropout", std::numeric_limits<double>::quiet_NaN()), "accepted");
  EXPECT_NE(complaint("training.learning_rate", std::numeric_limits<double>::infinity()), "accepted");
  EXPECT_NE(complaint("training.learning_rate", 0.0), "accepted");
}

TEST(CheckValue, TakesIntegersForReals) {
  Value value = std::int64_t{1};
  EXPECT_FALSE(check_value(setting("training.learning_rate"), value));
  EXPECT_EQ(value, Value(1.0));
}

TEST(CheckValue, KnowsOneZeroOnly) {
  Value value = -0.0;
  EXPECT_FALSE(check_value(setting("model.dropout"), value));
  EXPECT_FALSE(std::signbit(std::get<double>(value)));
}

TEST(CheckValue, OnlyTheHeadWidthMayBeUnset) {
  for (const SettingInfo& info : all_settings()) {
    EXPECT_EQ(complaint(info.name, std::monostate()) == "accepted", info.name == "model.head_width")
        << info.name;
  }
}

TEST(CheckTogether, HeadsDivideTheWidthUnlessTheirWidthIsGiven) {
  Settings settings;
  settings.model.heads = 3;
  EXPECT_EQ(check_together(settings),
            "model.heads = 3 does not divide model.width = 64; choose heads that divide it or set "
            "model.head_width");
  settings.model.head_width = 7;
  EXPECT_FALSE(check_together(settings));
  settings.model.head_width.reset();
  settings.model.heads = 128;
  EXPECT_TRUE(check_together(settings));
}

TEST(CheckTogether, NotEveryLayerHasTheWiderMlp) {
  Settings settings;
  settings.model.wider_mlps = 3;
  EXPECT_FALSE(check_together(settings));
  settings.model.wider_mlps = 4;
  EXPECT_EQ(check_together(settings),
            "model.wider_mlps = 4 is not less than model.layers = 4; choose fewer, or a model.mlp_width one "
            "larger for all layers");
}

TEST(CheckTogether, ATrainingSetFillsABatchAndTheMeasurement) {
  Settings settings;
  settings.training.samples = 49;
  EXPECT_NE(check_together(settings).value_or("").find("training.batch = 50"), std::string::npos);
  settings.training.batch = 20;
  EXPECT_NE(check_together(settings).value_or("").find("measure.sequences = 50"), std::string::npos);
  settings.measure.sequences = 49;
  EXPECT_FALSE(check_together(settings));
  settings.training.samples = 0;  // fresh ones: no limit
  settings.training.batch = 65536;
  settings.measure.sequences = 10000;
  EXPECT_FALSE(check_together(settings));
}

TEST(CheckTogether, MeasuresWithinTheTraining) {
  Settings settings;
  settings.measure.every = settings.training.steps;
  EXPECT_FALSE(check_together(settings));
  ++settings.measure.every;
  EXPECT_NE(check_together(settings).value_or("").find("measure.every"), std::string::npos);
}

TEST(CheckTogether, SequenceMetricsFitAMessage) {
  Settings settings;
  settings.measure.sequences = 5000;
  EXPECT_EQ(check_together(settings), std::nullopt);
  settings.measure.sequence_metrics =
      true;  // 2 splits x 5000 sequences x (4 layers x (layer and head) + model)
  EXPECT_EQ(check_together(settings), std::nullopt);
  settings.model.layers = 5;
  EXPECT_NE(check_together(settings).value_or("").find("would keep 110000 rows"), std::string::npos);
}

TEST(ToText, IsToml) {
  EXPECT_EQ(to_text(std::int64_t{-4}), "-4");
  EXPECT_EQ(to_text(0.001), "0.001");
  EXPECT_EQ(to_text(4.0), "4.0");
  EXPECT_EQ(to_text(1e-9), "1e-09");
  EXPECT_EQ(to_text(std::string("a\"b")), R"("a\"b")");
  EXPECT_EQ(to_text(false), "false");
  EXPECT_EQ(to_text(Value()), "(not set)");
}

}  // namespace
}  // namespace headsweep::trial
