// Every kind of mistake in a sweep file: one line with file, line, key, value and what is allowed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sweep/complaint.h"

namespace headsweep::sweep {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct Mistake {
  std::string line;      // line 4 of the file, after [sweep], name and the header of `table`
  std::string expected;  // what the message says behind "s.toml:4: "
};

std::string file_with(const std::string& table, const std::string& line) {
  return "[sweep]\nname = \"mistake\"\n[" + table + "]\n" + line + "\n";
}

void expect_complaints(const std::string& table, const std::vector<Mistake>& mistakes) {
  for (const auto& [line, expected] : mistakes) {
    const std::string complaint = complaint_about(file_with(table, line));
    EXPECT_THAT(complaint, StartsWith("s.toml:4: " + expected)) << line;
    EXPECT_EQ(complaint.find('\n'), std::string::npos) << line;
  }
}

TEST(Mistakes, InSettings) {
  expect_complaints(
      "model",
      {
          {"head = 4", "unknown key 'model.head'; did you mean 'model.heads'? keys of [model]: vocabulary"},
          {"headz = 4", "unknown key 'model.headz'; did you mean 'model.heads'? keys of [model]: vocabulary"},
          {"steps = 4",
           "unknown key 'model.steps'; did you mean 'training.steps'? keys of [model]: vocabulary"},
          {"zzzzzzzz = 4", "unknown key 'model.zzzzzzzz'; keys of [model]: vocabulary"},
          {"heads = 0", "model.heads must be an integer from 1 to 1024, not 0"},
          {"heads = -9223372036854775808",
           "model.heads must be an integer from 1 to 1024, not -9223372036854775808"},
          {"heads = 4.0", "model.heads must be an integer from 1 to 1024, not 4.0"},
          {"heads = \"4\"", "model.heads must be an integer from 1 to 1024, not \"4\""},
          {"heads = true", "model.heads must be an integer from 1 to 1024, not true"},
          {"heads = [4]", "model.heads must be an integer from 1 to 1024, not a list"},
          {"heads = { a = 1 }", "model.heads must be an integer from 1 to 1024, not a table"},
          {"heads = 2020-01-01", "model.heads must be an integer from 1 to 1024, not a date or time"},
          {"heads.x = 1", "model.heads must be an integer from 1 to 1024, not a table"},
          {"head_width = {}", "model.head_width must be an integer from 1 to 4096, not a table"},
          {"dropout = nan", "model.dropout must be a number from 0 to 0.95, not nan"},
          {"dropout = inf", "model.dropout must be a number from 0 to 0.95, not inf"},
          {"dropout = 1", "model.dropout must be a number from 0 to 0.95, not 1.0"},
          {"length = 1", "model.length must be an integer from 2 to 4096, not 1"},
      });
  expect_complaints("training", {
                                    {"task = \"cycel\"", "training.task must be one of \"copy\", "},
                                    {"task = 1", "training.task must be one of \"copy\", "},
                                    {"learning_rate = 0",
                                     "training.learning_rate must be a number from 1e-12 to 10, not 0"},
                                });
  expect_complaints(
      "diversity",
      {
          {"init_similarity = 1.1", "diversity.init_similarity must be a number from 0 to 1, not 1.1"},
          {"init_similarty = 1",
           "unknown key 'diversity.init_similarty'; did you mean 'diversity.init_similarity'?"},
          {"tied_heads = -0.1", "diversity.tied_heads must be a number from 0 to 1, not -0.1"},
          {"penalty = \"ouput\"",
           "diversity.penalty must be one of \"none\", \"output\", \"position\", "
           "\"subspace\", \"js\", not \"ouput\"; did you mean 'output'?"},
          {"penalty_weight = nan", "diversity.penalty_weight must be a number from -1000 to 1000, not nan"},
          {"graph = \"windows\"",
           "diversity.graph must be one of \"full\", \"window\", \"dilated\", \"random\", "
           "not \"windows\"; did you mean 'window'?"},
          {"graph_shared = 1", "diversity.graph_shared must be true or false, not 1"},
          {"graph_degree = 1", "diversity.graph_degree must be an integer from 2 to 4096, not 1"},
          {"heads = 4", "unknown key 'diversity.heads'; did you mean 'model.heads'?"},
      });
  expect_complaints("measure",
                    {{"keep = \"some\"", "measure.keep must be one of \"auto\", \"all\", \"none\", not"}});
}

TEST(Mistakes, InNamesOfTables) {
  EXPECT_THAT(
      complaint_about(file_with("modle", "heads = 1")),
      StartsWith("s.toml:3: unknown table [modle]; did you mean 'model'? tables: sweep, model, budget, "
                 "diversity, training, measure, analysis, axes, zip, exclude, replicate, resources"));
  EXPECT_THAT(complaint_about("[sweep]\nname = \"a\"\n[[zipp]]\na = 1"),
              StartsWith("s.toml:3: unknown table [zipp]; did you mean 'zip'? tables: sweep, model, budget"));
  EXPECT_THAT(complaint_about("name = \"a\"\n[sweep]"), StartsWith("s.toml:1: 'name' must be a table"));
  EXPECT_THAT(complaint_about("[sweep]\nname = \"a\"\n[[axes]]\n\"model.heads\" = [1]"),
              StartsWith("s.toml:3: 'axes' must be a table"));
  EXPECT_THAT(complaint_about("[sweep]\nname = \"a\"\n[\"analysis.baseline\"]\n\"model.heads\" = 1"),
              StartsWith("s.toml:3: unknown table [analysis.baseline]"));
}

TEST(Mistakes, InTheSweepTable) {
  EXPECT_EQ(complaint_about(""),
            "s.toml: [sweep] name is missing; give the sweep a name, as in name = \"paper\"");
  for (const char* const name : {"1", "\"\"", "\"a\\nb\"", "\"a\\u0085b\"", "\"\\u007f\"", "[\"a\"]", "{}"}) {
    EXPECT_THAT(
        complaint_about("[sweep]\nname = " + std::string(name)),
        StartsWith("s.toml:2: sweep.name must be text of 1 to 100 bytes without control characters, not "));
  }
  EXPECT_THAT(complaint_about("[sweep]\nname = \"" + std::string(101, 'a') + "\""),
              HasSubstr("1 to 100 bytes"));
  EXPECT_EQ(complaint_about("[sweep]\nname = \"" + std::string(100, 'a') + "\""), "accepted");
  const std::vector<Mistake> seeds = {
      {"0", "sweep.seeds (or a list of seeds) must be an integer from 1 to 1000000, not 0"},
      {"1000001", "sweep.seeds (or a list of seeds) must be an integer from 1 to 1000000, not 1000001"},
      {"1.5", "sweep.seeds (or a list of seeds) must be an integer from 1 to 1000000, not 1.5"},
      {"[]", "sweep.seeds must be a list of at least one value such as [0, 1, 2], not an empty list"},
      {"[1, -1]", "sweep.seeds: a seed must be an integer from 0 to 4294967295, not -1"},
      {"[4294967296]", "sweep.seeds: a seed must be an integer from 0 to 4294967295, not 4294967296"},
      {"[1, 2, 1]", "sweep.seeds has 1 twice"},
      {"[[1]]", "sweep.seeds: a seed must be an integer from 0 to 4294967295, not a list"},
  };
  for (const auto& [value, expected] : seeds) {
    EXPECT_THAT(complaint_about("[sweep]\nname = \"a\"\nseeds = " + value),
                StartsWith("s.toml:3: " + expected));
  }
}

TEST(Mistakes, InAxes) {
  expect_complaints(
      "axes",
      {
          {"\"model.head\" = [1]", "unknown setting 'model.head' in [axes]; did you mean 'model.heads'?"},
          {"heads = [1]", "unknown setting 'heads' in [axes]"},
          {"seed = [1]", "'seed' cannot stand in [axes]: every combination is trained with every seed"},
          {"sweep.seeds = [1]", "'sweep.seeds' cannot stand in [axes]"},
          {"resources.retries = [1]", "unknown setting 'resources.retries' in [axes]"},
          {"model.heads = []",
           "axes.model.heads must be a list of at least one value such as [1, 2], not an empty list"},
          {"model.heads = 1", "axes.model.heads must be a list of at least one value such as [1, 2], not 1"},
          {"training.task = \"copy\"",
           "axes.training.task must be a list of at least one value such as [\"a\", \"b\"]"},
          {"model = {}", "unknown setting 'model' in [axes]"},
          {"model.heads = [1, 2, 1]", "axes.model.heads has 1 twice; each value may stand once"},
          {"model.dropout = [0, 0.0]", "axes.model.dropout has 0.0 twice"},
          {"model.dropout = [0.0, -0.0]", "axes.model.dropout has -0.0 twice"},
          {"model.heads = [1, 0]", "axes.model.heads must be an integer from 1 to 1024, not 0"},
          {"model.heads = [1, [2]]", "axes.model.heads must be an integer from 1 to 1024, not a list"},
          {"model.head_width = [{}]", "axes.model.head_width must be an integer from 1 to 4096, not a table"},
          {"training.task = [\"copy\", \"cpy\"]", "axes.training.task must be one of"},
      });
  EXPECT_THAT(complaint_about(file_with("axes", "model.heads = [1]\n\"model.heads\" = [2]")),
              StartsWith("s.toml:5: the axis model.heads is there twice"));
  EXPECT_THAT(complaint_about(file_with("axes", "model.heads = [\n  1,\n  0,\n]")), StartsWith("s.toml:6: "))
      << "the line is that of the value";
}

TEST(Mistakes, InTheAnalysis) {
  const std::string axes = "\n[axes]\n\"model.heads\" = [1, 2]\n\"model.layers\" = [4, 2]";
  expect_complaints(
      "analysis",
      {
          {"primary = [\"fidelity\"]" + axes, "analysis.primary: unknown metric 'fidelity'"},
          {"primary = [\"fidelity_min_iner\"]" + axes,
           "analysis.primary: unknown metric 'fidelity_min_iner'; did you mean 'fidelity_min_inner'?"},
          {"primary = [\"head_importance\"]" + axes,
           "analysis.primary: 'head_importance' is a metric of single heads"},
          {"primary = [\"fidelity_min\", \"fidelity_min\"]" + axes,
           "analysis.primary has 'fidelity_min' twice"},
          {"primary = \"fidelity_min\"" + axes, "analysis.primary must be a list"},
          {"primary = []" + axes, "analysis.primary must be a list of at least one value"},
          {"primary = [1]" + axes, "analysis.primary must be a list of metric names, not 1"},
          {"split = \"test\"" + axes, "analysis.split must be \"train\" or \"heldout\", not \"test\""},
          {"layers = \"all\"" + axes,
           "analysis.layers must be \"mean\", \"last\" or a layer from 0 to 1, not \"all\""},
          {"layers = 2" + axes, "analysis.layers must be \"mean\", \"last\" or a layer from 0 to 1, not 2"},
          {"layers = -1" + axes, "analysis.layers must be \"mean\", \"last\" or a layer from 0 to 1, not -1"},
          {"baseline = 1" + axes, "analysis.baseline must be a table such as { \"model.heads\" = 1 }, not 1"},
          {"baseline = {\"model.heads\" = 3}" + axes,
           "analysis.baseline.model.heads must be a value of the axis [1, 2], not 3"},
          {"baseline = {\"model.heads\" = \"1\"}" + axes,
           "analysis.baseline.model.heads must be an integer from 1"},
          {"baseline = {\"model.heads\" = [1]}" + axes,
           "analysis.baseline.model.heads must be one value of the axis"},
          {"baseline = {\"model.width\" = 64}" + axes,
           "analysis.baseline.model.width is not an axis of this sweep"},
          {"baseline = {\"model.head\" = 1}" + axes, "unknown setting 'model.head' in analysis.baseline"},
          {"baseline = {\"model.heads\" = 1, model.heads = 1}" + axes,
           "analysis.baseline.model.heads is there twice"},
      });
}

TEST(Mistakes, InResources) {
  expect_complaints(
      "resources",
      {
          {"checkpoint_every = 120",
           "resources.checkpoint_every must be a duration from \"0.1s\" to \"30d\""},
          {"checkpoint_every = \"0s\"",
           "resources.checkpoint_every must be a duration from \"0.1s\" to \"30d\""},
          {"checkpoint_every = \"31d\"",
           "resources.checkpoint_every must be a duration from \"0.1s\" to \"30d\""},
          {"trial_timeout = \"2 h\"", "resources.trial_timeout must be a duration from \"1s\" to \"30d\""},
          {"trial_timeout = [\"2h\"]", "resources.trial_timeout must be a duration"},
          {"retries = -1", "resources.retries must be an integer from 0 to 100, not -1"},
          {"gpus_per_trial = 0", "resources.gpus_per_trial must be an integer from 1 to 1024, not 0"},
          {"retires = 1", "unknown key 'resources.retires'; did you mean 'resources.retries'?"},
      });
}

TEST(Mistakes, InTomlItself) {
  const std::vector<Mistake> mistakes = {
      {"heads = ", "not valid TOML"},           {"heads 4", "not valid TOML"},
      {"heads = 4\nheads = 5", "not valid"},    {"heads = 4 5", "not valid TOML"},
      {"name = \"\xff\"", "not valid TOML"},    {"heads = 99999999999999999999", "not valid TOML"},
      {std::string("a = 1\0", 6), "not valid"},
  };
  for (const auto& [line, expected] : mistakes) {
    const std::string complaint = complaint_about(file_with("model", line));
    EXPECT_THAT(complaint, testing::MatchesRegex("s\\.toml:[4-6]: not valid TOML: .*")) << line;
    EXPECT_EQ(complaint.find('\n'), std::string::npos) << line;
  }
}

TEST(Mistakes, InSize) {
  const std::string whole = "[sweep]\nname = \"a\"\n#" + std::string(1 << 20, 'x');
  EXPECT_EQ(complaint_about(whole), "s.toml: is larger than 1 MiB, the limit of a sweep file");
  EXPECT_THAT(complaint_about("[sweep]\nname = \"" + std::string(5000, 'a') + "\""),
              StartsWith("s.toml:2: text of 5000 bytes; at most 200 are allowed"));
  EXPECT_THAT(complaint_about("[sweep]\n" + std::string(5000, 'a') + " = 1"),
              StartsWith("s.toml:2: text of 5000 bytes"));
}

// The TOML library overflows the stack when it frees hundreds of thousands of nested tables.
TEST(Mistakes, InDepth) {
  const auto comment_of_dots = [](std::size_t dots) {
    return complaint_about("[sweep]\nname = \"a\"\n#" + std::string(dots, '.'));
  };
  EXPECT_EQ(comment_of_dots(200), "accepted");
  EXPECT_EQ(comment_of_dots(201),
            "s.toml:3: more than 200 dots on a line; break the list into several lines");
  std::string deep = "[sweep]\nname";
  for (int i = 0; i < 300'000; ++i) deep += ".a";
  EXPECT_THAT(complaint_about(deep + " = 1"), StartsWith("s.toml:2: more than 200 dots on a line"));
  EXPECT_NE(complaint_about("[sweep]\nname = " + std::string(100'000, '[')), "accepted");
}

TEST(Mistakes, AreToldOnOneLineWhateverTheirText) {
  EXPECT_EQ(
      complaint_about("[model]\n\"a\\nb\\u0000\" = 1").find("s.toml:2: unknown key 'model.a\\x0ab\\x00'"),
      0U);
}

TEST(Mistakes, InReplicate) {
  const std::string head = "[sweep]\nname = \"m\"\nseeds = 8\n[axes]\nmodel.heads = [1, 2]\n";
  const std::string analysis = "[analysis]\nbaseline = { model.heads = 1 }\n";
  const std::string metric = "metric = \"fidelity_min\"\n";
  const std::string rest = "half_width = 0.1\nmax_seeds = 9\n";
  EXPECT_THAT(complaint_about(head + analysis + "[replicate]\n" + rest),
              HasSubstr("replicate.metric is missing"));
  EXPECT_THAT(complaint_about(head + analysis + "[replicate]\nmetric = \"fidelity_mim\"\n" + rest),
              HasSubstr("did you mean 'fidelity_min'?"));
  EXPECT_THAT(complaint_about(head + analysis + "[replicate]\nmetric = \"head_importance\"\n" + rest),
              HasSubstr("a metric of single heads"));
  EXPECT_THAT(complaint_about(head + analysis + "[replicate]\nhalf_width = 0\nmax_seeds = 9\n" + metric),
              HasSubstr("replicate.half_width must be a number above 0"));
  EXPECT_THAT(complaint_about(head + analysis + "[replicate]\nhalf_width = 1\nmax_seeds = 7\n" + metric),
              HasSubstr("replicate.max_seeds must be an integer from 8 to"));
  EXPECT_THAT(complaint_about(head + "[replicate]\n" + metric + rest), HasSubstr("give analysis.baseline"));
  EXPECT_THAT(complaint_about("[sweep]\nname = \"m\"\nseeds = 7\n[replicate]\n" + metric + rest),
              HasSubstr("sweep.seeds of at least 8"));
}

}  // namespace
}  // namespace headsweep::sweep
