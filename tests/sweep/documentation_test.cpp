// docs/sweep-file.md names every key with its range and its default.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "sweep/plan.h"
#include "sweep/schema.h"

namespace headsweep::sweep {
namespace {

std::string document_text() {
  std::ifstream file(std::filesystem::path(HEADSWEEP_SOURCE_DIR) / "docs" / "sweep-file.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The line of the table that describes a key: "| `heads` | integer, 1 to 1024 | 1 | ...".
std::string line_of(const std::string& text, std::string_view dotted) {
  const std::string table(dotted.substr(0, dotted.find('.')));
  const std::string key(dotted.substr(dotted.find('.') + 1));
  const std::size_t section = text.find("\n## [" + table + "]");
  if (section == std::string::npos) return "";
  const std::size_t end = std::min(text.find("\n## ", section + 1), text.size());
  const std::size_t line = text.find("\n| `" + key + "` |", section);
  return line >= end ? "" : text.substr(line + 1, text.find('\n', line + 1) - line - 1);
}

TEST(Documentation, DescribesEveryKey) {
  const std::string text = document_text();
  for (const std::string_view key : known_keys())
    EXPECT_NE(line_of(text, key), "") << key << " is not described";
}

TEST(Documentation, GivesTheRangeAndTheDefaultOfEverySetting) {
  const std::string text = document_text();
  for (const trial::SettingInfo& setting : trial::all_settings()) {
    const std::string line = line_of(text, setting.name);
    EXPECT_NE(line.find("| " + trial::allowed_values(setting) + " |"), std::string::npos)
        << setting.name << ": " << line;
    const std::string standard =
        setting.optional ? "width / heads" : trial::to_text(setting.get(trial::Settings{}));
    EXPECT_NE(line.find("| " + standard + " |"), std::string::npos) << setting.name << ": " << line;
  }
}

// Every block of TOML in the document is a sweep that expands.
TEST(Documentation, ItsExamplesAreSweeps) {
  const std::string text = document_text();
  std::size_t examples = 0;
  const std::string fence = "```toml\n";
  for (std::size_t at = text.find(fence); at != std::string::npos; at = text.find(fence, at + 1)) {
    const std::size_t begin = at + fence.size();
    const std::string example = text.substr(begin, text.find("```", begin) - begin);
    EXPECT_NO_THROW(make_plan(parse_sweep(example, "docs/sweep-file.md"))) << example;
    ++examples;
  }
  EXPECT_GE(examples, 1U);
}

}  // namespace
}  // namespace headsweep::sweep
