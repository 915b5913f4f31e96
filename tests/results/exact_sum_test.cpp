#include "results/sums/exact_sum.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace headsweep::results {
namespace {

// Of any magnitude and sign, subnormal ones included.
std::vector<double> numbers_of_all_sizes(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> fraction(-1, 1);
  std::uniform_int_distribution<int> exponent(-1074, 1000);
  std::vector<double> numbers;
  for (std::size_t i = 0; i < count; ++i) numbers.push_back(std::ldexp(fraction(random), exponent(random)));
  return numbers;
}

std::string bytes_of(const ExactSum& sum) {
  std::string bytes;
  sum.append_to(bytes);
  return bytes;
}

ExactSum sum_of(const std::vector<double>& numbers) {
  ExactSum sum;
  for (const double number : numbers) sum.add(number);
  return sum;
}

TEST(ExactSumTest, RoundsOnceAtTheEnd) {
  // 0.1 ten times: the double 0.1 is a little more than a tenth, and so is the sum.
  EXPECT_EQ(sum_of(std::vector<double>(10, 0.1)).rounded(), 1.0);
  EXPECT_EQ(sum_of({1e100, 1, -1e100}).rounded(), 1.0);
  EXPECT_EQ(sum_of({1, 0x1p-53, 0x1p-200}).rounded(), 1 + 0x1p-52);  // just above half a unit
  EXPECT_EQ(sum_of({1, 0x1p-53}).rounded(), 1.0);                    // half a unit: to even
  EXPECT_EQ(sum_of({-1, -0x1p-53, -0x1p-200}).rounded(), -1 - 0x1p-52);
  EXPECT_EQ(sum_of({}).rounded(), 0.0);
  const double largest = std::numeric_limits<double>::max();
  EXPECT_EQ(sum_of({largest, largest, -largest}).rounded(), largest);
  const double smallest = std::numeric_limits<double>::denorm_min();
  EXPECT_EQ(sum_of({smallest, smallest}).rounded(), 2 * smallest);
}

TEST(ExactSumTest, AgreesWithIntegerArithmetic) {
  std::mt19937_64 random(1);
  std::uniform_int_distribution<std::int64_t> integer(-(std::int64_t{1} << 52), std::int64_t{1} << 52);
  std::int64_t expected = 0;
  ExactSum sum;
  for (int i = 0; i < 500; ++i) {
    const std::int64_t value = integer(random);
    expected += value;
    sum.add(static_cast<double>(value));
  }
  EXPECT_EQ(sum.rounded(), static_cast<double>(expected));
}

TEST(ExactSumTest, DoesNotDependOnTheOrderOrOnHowPartsAreMerged) {
  std::vector<double> numbers = numbers_of_all_sizes(2000, 2);
  const std::string expected = bytes_of(sum_of(numbers));
  std::mt19937_64 random(3);
  for (int round = 0; round < 5; ++round) {
    std::ranges::shuffle(numbers, random);
    EXPECT_EQ(bytes_of(sum_of(numbers)), expected);
    ExactSum merged;
    for (auto part = numbers.begin(); part != numbers.end(); part += 500)
      merged.add(sum_of(std::vector<double>(part, part + 500)));
    EXPECT_EQ(bytes_of(merged), expected);
  }
}

TEST(ExactSumTest, GivesBackWhatIsTakenAway) {
  const std::vector<double> numbers = numbers_of_all_sizes(300, 4);
  ExactSum sum;
  ExactSum squares;
  sum.add(0.3);
  squares.add_square(0.3);
  for (const double number : numbers) sum.add(number);
  for (const double number : numbers) squares.add_square(number);
  for (const double number : numbers) sum.add(number, -1);
  for (const double number : numbers) squares.add_square(number, -1);
  EXPECT_EQ(sum.rounded(), 0.3);
  EXPECT_EQ(squares.rounded(), 0.3 * 0.3);
}

TEST(ExactSumTest, SurvivesItsBytes) {
  for (const std::vector<double>& numbers :
       {std::vector<double>{}, {0.1}, {-0.1}, {1e300, -1e-300}, numbers_of_all_sizes(50, 5)}) {
    const std::string bytes = bytes_of(sum_of(numbers));
    std::string_view rest = bytes;
    ExactSum read;
    ASSERT_TRUE(read.take_from(rest));
    EXPECT_TRUE(rest.empty());
    EXPECT_EQ(bytes_of(read), bytes);
    if (bytes.size() < 2) continue;
    std::string_view cut = std::string_view(bytes).substr(0, bytes.size() - 1);
    EXPECT_FALSE(read.take_from(cut));
  }
}

TEST(ExactSumTest, VarianceHasNoCancellation) {
  ExactSum sum;
  ExactSum squares;
  for (const double value : {1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 4}) {
    sum.add(value);
    squares.add_square(value);
  }
  EXPECT_DOUBLE_EQ(exact_variance(4, sum, squares), 5.0 / 3.0);
  ExactSum equal;
  ExactSum equal_squares;
  for (int i = 0; i < 7; ++i) {
    equal.add(0.1);
    equal_squares.add_square(0.1);
  }
  EXPECT_EQ(exact_variance(7, equal, equal_squares), 0);
}

}  // namespace
}  // namespace headsweep::results
