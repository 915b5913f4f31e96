#include "worker/agent/log_tail.h"

#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace headsweep::agent {
namespace {

class LogTail : public ::testing::Test {
 protected:
  ~LogTail() override { std::filesystem::remove(file_); }

  std::string of(const std::string& text) {
    std::ofstream(file_, std::ios::binary) << text;
    return log_tail(file_);
  }

  static std::string lines(int first, int last) {
    std::string text;
    for (int line = first; line <= last; ++line) text += "line " + std::to_string(line) + "\n";
    return text;
  }

  std::filesystem::path file_ =
      std::filesystem::temp_directory_path() / ("headsweep-log-tail-" + std::to_string(getpid()));
};

TEST_F(LogTail, OfShortFilesIsAllOfIt) {
  EXPECT_EQ(of(""), "");
  EXPECT_EQ(of("one"), "one");
  EXPECT_EQ(of("one\ntwo\n\n"), "one\ntwo");
  EXPECT_EQ(of("\none\n"), "\none");
}

TEST_F(LogTail, OfTwoFilesEndsWithTheSecond) {
  of(lines(1, 3) + "\n\n");
  std::filesystem::path second = file_;
  second += ".2";
  std::ofstream(second) << lines(4, 51);
  EXPECT_EQ(log_tail(file_, second) + "\n", lines(2, 51));
  std::ofstream(second) << std::string(kLogTailBytes, 'x');
  EXPECT_EQ(log_tail(file_, second), std::string(kLogTailBytes, 'x'));
  std::filesystem::remove(second);
  EXPECT_EQ(log_tail(file_, second) + "\n", lines(1, 3));
}

TEST_F(LogTail, OfLongFilesIsFiftyLines) {
  EXPECT_EQ(of(lines(1, 50)) + "\n", lines(1, 50));
  EXPECT_EQ(of(lines(1, 51)) + "\n", lines(2, 51));
  EXPECT_EQ(of(lines(1, 10'000)) + "\n", lines(9'951, 10'000));
}

TEST_F(LogTail, OfLongLinesIsBounded) {
  const std::string text = std::string(100'000, 'a') + std::string(kLogTailBytes, 'b');
  EXPECT_EQ(of(text), std::string(kLogTailBytes, 'b'));
}

TEST_F(LogTail, IsEmptyWithoutAFile) {
  EXPECT_EQ(log_tail("/nonexistent/file.log"), "");
}

TEST_F(LogTail, HasNoControlCharacters) {
  EXPECT_EQ(of(std::string("a\x1b[31m\tb\r\0c \xc3\xa9", 14)), "a?[31m\tb??c \xc3\xa9");
}

TEST_F(LogTail, LastLineIsNotBlank) {
  of("one\ntwo\n \t\n\n");
  EXPECT_EQ(last_line(file_), "two");
  of("one");
  EXPECT_EQ(last_line(file_), "one");
  of("\n\n");
  EXPECT_EQ(last_line(file_), "");
  EXPECT_EQ(last_line("/nonexistent/file.log"), "");
}

TEST_F(LogTail, OfAFolderIsEmpty) {
  EXPECT_EQ(log_tail(std::filesystem::temp_directory_path()), "");
}

}  // namespace
}  // namespace headsweep::agent
