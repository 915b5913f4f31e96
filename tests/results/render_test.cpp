#include "results/render.h"

#include <limits>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "sample_store.h"

namespace headsweep::results {
namespace {

using testing::HasSubstr;

const Table kTable = {
    {"task", "heads", "loss"},
    {{"copy", std::int64_t{1}, 0.123456789012345678}, {"a,\"b\"\nc|d", std::int64_t{16}, Cell()}}};

TEST(Render, AlignsColumnsForPeople) {
  EXPECT_EQ(render(kTable, Format::kTable),
            "task    heads    loss\n"
            "------  -----  ------\n"
            "copy        1  0.1235\n"
            "a,\"b\"…     16\n");
}

TEST(Render, FormatsNumbersSensibly) {
  const auto line = [](double value) {
    const std::string text = render({{"x"}, {{value}}}, Format::kMarkdown);
    return text.substr(text.rfind("| ", text.size() - 3) + 2);
  };
  EXPECT_EQ(line(20000), "20000 |\n");
  EXPECT_EQ(line(5.6807877713), "5.681 |\n");
  EXPECT_EQ(line(2.5e13), "2.5e+13 |\n");
  EXPECT_EQ(line(1e-9), "1e-09 |\n");
}

TEST(Render, CsvIsRfc4180) {
  EXPECT_EQ(render(kTable, Format::kCsv),
            "task,heads,loss\ncopy,1,0.12345678901234568\n\"a,\"\"b\"\"\nc|d\",16,\n");
}

TEST(Render, JsonKeepsTypesOrderAndEveryDigit) {
  const std::string text = render(kTable, Format::kJson);
  EXPECT_THAT(text, HasSubstr(R"({"task":"copy","heads":1,"loss":0.12345678901234568})"));
  const nlohmann::json document = nlohmann::json::parse(text);
  EXPECT_EQ(document.at(0).at("loss").get<double>(), 0.123456789012345678);
  EXPECT_TRUE(document.at(1).at("loss").is_null());
  EXPECT_EQ(document.at(1).at("task"), "a,\"b\"\nc|d");
  EXPECT_EQ(render({{"a"}, {}}, Format::kJson), "[]\n");
}

TEST(Render, JsonIsValidWhateverTheTextIs) {
  const Table table = {{"x", "y"}, {{std::string("\xff\xfe\0", 3), std::numeric_limits<double>::infinity()}}};
  const nlohmann::json document = nlohmann::json::parse(render(table, Format::kJson));
  EXPECT_TRUE(document.at(0).at("y").is_null());
}

TEST(Render, MarkdownEscapesPipes) {
  const std::string text = render({{"a|b"}, {{"c|d"}}}, Format::kMarkdown);
  EXPECT_EQ(text, "| a\\|b |\n| --- |\n| c\\|d |\n");
}

TEST(Render, MarkdownJoinsTheLinesOfACell) {
  EXPECT_EQ(render({{"a"}, {{"one\ntwo"}}}, Format::kMarkdown), "| a |\n| --- |\n| one two |\n");
}

TEST(Render, CutsLongTextBetweenCharacters) {
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "ä";
  const std::string text = render({{"x"}, {{umlauts}}}, Format::kMarkdown);
  std::string expected;
  for (int i = 0; i < 59; ++i) expected += "ä";
  EXPECT_THAT(text, HasSubstr("| " + expected + "… |"));
}

TEST(Render, KnowsFormatsByName) {
  EXPECT_EQ(parse_format("markdown"), Format::kMarkdown);
  EXPECT_THAT(user_error_of([] { parse_format("jsn"); }), HasSubstr("'json'"));
}

}  // namespace
}  // namespace headsweep::results
