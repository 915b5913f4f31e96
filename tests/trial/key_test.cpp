#include "trial/key.h"

#include <gtest/gtest.h>

#include "errors/user_error.h"
#include "trial/sha256.h"

namespace headsweep::trial {
namespace {

Settings four_heads_on_cycle() {
  Settings settings;
  settings.model.heads = 4;
  settings.training.task = "cycle";
  settings.seed = 3;
  return settings;
}

TEST(CanonicalJson, LeavesDefaultsOutAndSortsNames) {
  EXPECT_EQ(canonical_json({}), R"({"seed":0})");
  EXPECT_EQ(canonical_json(four_heads_on_cycle()), R"({"model.heads":4,"seed":3,"training.task":"cycle"})");
  Settings settings;
  settings.measure.keep = "none";
  settings.model.dropout = 0;
  settings.training.learning_rate = 0.003;
  settings.seed = 4294967295;
  EXPECT_EQ(canonical_json(settings),
            R"({"measure.keep":"none","model.dropout":0,"seed":4294967295,"training.learning_rate":0.003})");
}

TEST(CanonicalJson, LeavesOutAHeadWidthThatSaysNothing) {
  Settings settings = four_heads_on_cycle();
  settings.model.head_width = 16;
  EXPECT_EQ(canonical_json(settings), canonical_json(four_heads_on_cycle()));
  settings.model.head_width = 8;
  EXPECT_EQ(canonical_json(settings),
            R"({"model.head_width":8,"model.heads":4,"seed":3,"training.task":"cycle"})");
}

// Golden: stores of earlier versions hold these keys. A change here makes every stored trial a stranger.
TEST(TrialKey, StaysTheSameForEver) {
  EXPECT_EQ(trial_key({}), "bd0488843468e63c62bb6d1df790f0a83de90616c0906e9dbd3275d3b4100d97");
  EXPECT_EQ(trial_key(four_heads_on_cycle()),
            "c01353b06163833a08f5c61b5c3c7eca8b4fa2d3cbbacc89725e8fcf540201be");
}

TEST(ArmKey, LeavesTheSeedOut) {
  Settings other_seed = four_heads_on_cycle();
  other_seed.seed = 9;
  EXPECT_EQ(arm_key(four_heads_on_cycle()),
            "118bcd48fbd2a02ba4aa144dcb538dcf1856fa06f638255ece0649226b3e385c");
  EXPECT_EQ(arm_key(other_seed), arm_key(four_heads_on_cycle()));
  EXPECT_EQ(arm_key(other_seed), sha256_hex(R"({"model.heads":4,"training.task":"cycle"})"));
}

// Settings with which every setting means something, most of them not at their default.
Settings telling_settings(std::string_view name) {
  Settings settings;
  if (name.starts_with("diversity.")) settings.model.heads = 4;
  settings.diversity.penalty = name == "diversity.penalty_weight" ? "js" : "none";
  settings.diversity.penalty_weight = name == "diversity.penalty" ? 1 : 0;
  if (name.starts_with("diversity.graph_")) settings.diversity.graph = "window";
  if (name == "diversity.graph_dilation") settings.diversity.graph = "dilated";
  settings.diversity.graph_shared = name == "diversity.graph_dilation";
  if (name == "diversity.graph_degree") settings.diversity.graph = "random";
  if (name == "training.shift") settings.training.task = "cycle";
  if (name == "training.pairs" || name == "training.queries") settings.training.task = "associative_recall";
  return settings;
}

// Another value than the default, valid together with all the others.
Value another_value(const SettingInfo& setting) {
  if (setting.type == Type::kName) return std::string(setting.names.back());
  if (setting.type == Type::kBoolean) return true;
  if (setting.name == "diversity.tied_heads") return 0.5;
  if (setting.name == "model.wider_mlps") return std::int64_t{3};
  if (setting.name == "model.heads") return std::int64_t{8};
  if (setting.name == "model.width") return std::int64_t{128};
  if (setting.name == "training.pairs" || setting.name == "training.queries") return std::int64_t{7};
  if (setting.type == Type::kReal) return 0.1 + 0.2;  // 0.30000000000000004: all digits count
  return std::int64_t{60};
}

TEST(CanonicalJson, EverySettingRoundTripsAndChangesTheKey) {
  for (const SettingInfo& setting : all_settings()) {
    const Settings before = telling_settings(setting.name);
    Settings settings = before;
    setting.set(settings, another_value(setting));
    ASSERT_FALSE(check_together(settings)) << setting.name;
    const std::string json = canonical_json(settings);
    EXPECT_NE(json.find(setting.name), std::string::npos) << json;
    EXPECT_EQ(parse_canonical_json(json), settings) << json;
    EXPECT_EQ(canonical_json(parse_canonical_json(json)), json);
    EXPECT_NE(trial_key(settings), trial_key(before)) << setting.name;
    EXPECT_NE(arm_key(settings), arm_key(before)) << setting.name;
  }
}

TEST(CanonicalJson, SeedsOfOneArmAfterTheOther) {
  Settings settings = four_heads_on_cycle();
  for (const std::uint32_t seed : {7U, 0U, 4'294'967'295U}) {
    settings.seed = seed;
    const std::string json =
        R"({"model.heads":4,"seed":)" + std::to_string(seed) + R"(,"training.task":"cycle"})";
    EXPECT_EQ(canonical_json(settings), json);
    EXPECT_EQ(parse_canonical_json(json), settings);
  }
  settings.training.task = "copy";
  settings.seed = 1;
  EXPECT_EQ(canonical_json(settings), R"({"model.heads":4,"seed":1})");
  EXPECT_EQ(parse_canonical_json(R"({"model.heads":4,"seed":1})"), settings);
  EXPECT_EQ(arm_key(settings), sha256_hex(R"({"model.heads":4})"));
  EXPECT_EQ(arm_key({}), sha256_hex("{}"));
  settings = {};
  settings.training.task = "cycle";
  EXPECT_EQ(arm_key(settings), sha256_hex(R"({"training.task":"cycle"})"));
}

TEST(ParseCanonicalJson, RefusesSeedsThatAreNoneAlsoBehindAGoodOne) {
  for (const std::string bad :
       {"", "01", "+1", "-1", "1.0", "1e3", " 1", "4294967296", "1,\"seed\":2", "x"}) {
    EXPECT_EQ(parse_canonical_json(R"({"model.heads":4,"seed":5})").seed, 5U);
    EXPECT_THROW(parse_canonical_json(R"({"model.heads":4,"seed":)" + bad + "}"), UserError) << bad;
  }
}

TEST(CanonicalJson, ExtremesRoundTrip) {
  for (const double rate : {1e-12, 4.9406564584124654e-11, 1.0, 10.0, 0.1, 1.0 / 3}) {
    Settings settings;
    settings.training.learning_rate = rate;
    EXPECT_EQ(parse_canonical_json(canonical_json(settings)), settings) << rate;
  }
}

TEST(ParseCanonicalJson, RefusesEverythingElse) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "not a JSON object"},
      {"[]", "not a JSON object"},
      {R"({"seed":0)", "not a JSON object"},
      {"{\"seed\":0,\"training.task\":\"\xff\"}", "not a JSON object"},
      {"{}", "seed is missing"},
      {R"({"seed":-1})", "seed must be an integer"},
      {R"({"seed":4294967296})", "seed must be an integer"},
      {R"({"seed":1.0})", "seed must be an integer"},
      {R"({"model.head":2,"seed":0})", "unknown setting 'model.head'; did you mean 'model.heads'?"},
      {R"({"model.heads":"2","seed":0})", "model.heads must be an integer"},
      {R"({"model.heads":0,"seed":0})", "model.heads must be an integer from 1"},
      {R"({"model.heads":18446744073709551615,"seed":0})", "model.heads must be an integer"},
      {R"({"model.heads":null,"seed":0})", "model.heads must be an integer"},
      {R"({"model.head_width":null,"seed":0})", "not in canonical form"},
      {R"({"seed":0,"training.task":"copy-paste"})", "training.task must be one of"},
      {R"({"model.heads":3,"seed":0})", "does not divide"},
      {R"({"model.heads":1,"seed":0})", "not in canonical form"},
      {R"({"seed":0,"model.heads":4})", "not in canonical form"},
      {R"({"seed":0, "model.heads":4})", "not in canonical form"},
      {R"({"model.heads":2,"model.heads":4,"seed":0})", "not in canonical form"},
      {R"({"model.dropout":0.0,"seed":0})", "not in canonical form"},
  };
  for (const auto& [json, expected] : cases) {
    try {
      parse_canonical_json(json);
      ADD_FAILURE() << "accepted " << json;
    } catch (const UserError& error) {
      EXPECT_NE(std::string(error.what()).find(expected), std::string::npos) << json << ": " << error.what();
    }
  }
}

}  // namespace
}  // namespace headsweep::trial
