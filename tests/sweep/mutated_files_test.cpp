// Damaged sweep files: none crashes the reader, none passes for something that it does not say.
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sweep/complaint.h"
#include "tests/sweep/expect_consistent.h"
#include "tests/sweep/mutate.h"

namespace headsweep::sweep {
namespace {

constexpr std::int64_t kMaxTrials = 500;

std::vector<std::string> config_texts() {
  std::vector<std::string> texts;
  for (const char* const name : {"quickstart.toml", "paper.toml", "smoke.toml", "diversity_graphs.toml",
                                 "fixed_head_width.toml", "learning_rate.toml"}) {
    std::ifstream file(std::filesystem::path(HEADSWEEP_SOURCE_DIR) / "configs" / name);
    std::stringstream text;
    text << file.rdbuf();
    texts.push_back(text.str());
  }
  return texts;
}

void expect_one_line(const std::string& message) {
  EXPECT_FALSE(message.empty());
  EXPECT_LT(message.size(), 1200U) << message;
  for (const char c : message) EXPECT_GE(static_cast<unsigned char>(c), ' ') << message;
}

enum class Outcome { kRefused, kImpossible, kPlanned };

Outcome try_file(const std::string& text) {
  Sweep sweep;
  try {
    sweep = parse_sweep(text, "mutated.toml");
  } catch (const UserError& error) {
    expect_one_line(error.what());
    EXPECT_THAT(error.what(), testing::StartsWith("mutated.toml:"));
    return Outcome::kRefused;
  }
  expect_allowed(sweep);
  expect_says(sweep, text);
  try {
    const Plan plan = make_plan(sweep, kMaxTrials);
    EXPECT_LE(static_cast<std::int64_t>(plan.trials.size()), count_grid(sweep));
  } catch (const UserError& error) {
    expect_one_line(error.what());
    return Outcome::kImpossible;
  }
  return Outcome::kPlanned;
}

TEST(MutatedFiles, TwentyThousandNeitherCrashNorPassSilently) {
  const std::vector<std::string> texts = config_texts();
  std::mt19937 generator(20260101);
  std::map<Outcome, int> outcomes;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = mutate(texts[static_cast<std::size_t>(i) % texts.size()], generator);
    ++outcomes[try_file(text)];
    if (HasFailure()) FAIL() << "file " << i << ":\n" << text;
  }
  // The mutations must reach all three ends, or they test nothing.
  EXPECT_GT(outcomes[Outcome::kRefused], 10'000);
  EXPECT_GT(outcomes[Outcome::kImpossible], 5);
  EXPECT_GT(outcomes[Outcome::kPlanned], 1'000);
}

// Whether the token is a key before " = " or the name in a table's header.
bool is_name(const std::string& text, const Token& token) {
  const std::size_t line = token.begin == 0 ? 0 : text.rfind('\n', token.begin - 1) + 1;
  if (text.find('#', line) < token.begin) return false;
  const bool is_header = text[line] == '[' && token.begin == line + 1;
  return is_header || text.substr(token.end, 3) == " = ";
}

TEST(MutatedFiles, EveryMisspeltNameIsRefused) {
  std::size_t names = 0;
  for (const std::string& text : config_texts()) {
    ASSERT_EQ(try_file(text), Outcome::kPlanned);
    for (const Token& token : tokens_of(text)) {
      if (!is_name(text, token)) continue;
      std::string misspelt = text;
      misspelt.insert(token.end - (text[token.end - 1] == '"' ? 1 : 0), 1, 'x');
      EXPECT_EQ(try_file(misspelt), Outcome::kRefused) << text.substr(token.begin, token.end - token.begin);
      ++names;
    }
  }
  EXPECT_GT(names, 60U);
}

// Values that no key of a sweep file takes.
TEST(MutatedFiles, EveryImpossibleValueIsRefused) {
  std::size_t values = 0;
  for (const std::string& text : config_texts()) {
    for (std::size_t at = text.find("\n"); at != std::string::npos; at = text.find('\n', at + 1)) {
      const std::size_t equals = text.find(" = ", at + 1);
      const std::size_t end = text.find('\n', at + 1);
      if (equals == std::string::npos || end == std::string::npos || equals > end || text[at + 1] == '#')
        continue;
      for (const char* const value :
           {"-1", "nan", "inf", "true", "\"\\u0001\"", "[]", "{}", "[[1]]", "2020-01-01",
            "9223372036854775807", "[true]", "{ x = 1 }", "\"\"", "1e300"}) {
        const std::string line = text.substr(at + 1, equals - at - 1);
        const bool empty_baseline = line == "baseline" && std::string_view(value) == "{}";
        if (empty_baseline) continue;  // says that there is none
        const std::string changed = text.substr(0, equals + 3) + value + text.substr(end);
        EXPECT_EQ(try_file(changed), Outcome::kRefused) << line << " = " << value;
        ++values;
      }
    }
  }
  EXPECT_GT(values, 500U);
}

TEST(MutatedFiles, TruncatedOnesNeverCrash) {
  for (const std::string& text : config_texts()) {
    for (std::size_t size = 0; size < text.size(); ++size) {
      try_file(text.substr(0, size));
      if (HasFailure()) FAIL() << "cut after " << size << " bytes";
    }
  }
}

TEST(MutatedFiles, MutatedOverridesNeitherCrashNorPassSilently) {
  const std::string text = config_texts().front();
  const std::vector<std::string> overrides = {"training.steps=7", "axes.\"model.heads\"=[1, 2]",
                                              "model={width=16}", "analysis.baseline.\"model.heads\"=2",
                                              "sweep.name=\"other\""};
  std::mt19937 generator(7);
  int accepted = 0;
  for (std::size_t i = 0; i < 5'000; ++i) {
    const std::vector<std::string> one = {mutate(overrides[i % overrides.size()], generator)};
    try {
      expect_allowed(parse_sweep(text, "s.toml", one));
      ++accepted;
    } catch (const UserError& error) {
      expect_one_line(error.what());
    }
    if (HasFailure()) FAIL() << one[0];
  }
  EXPECT_GT(accepted, 50);
  EXPECT_LT(accepted, 2'500);
}

}  // namespace
}  // namespace headsweep::sweep
