#include "results/statistics/sign_flip.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "errors/check.h"
#include "random/counter_random.h"

namespace headsweep::results {
namespace {

constexpr std::size_t kDraws = 9'999;
constexpr std::size_t kPairsAByte = 8;
constexpr double kTie = 1e-12;  // of the largest sum

// Every signed sum of the magnitudes, in order: adding one more merges the sums that are smaller by it with those that
// are larger. With each sum its negative is one, so that half of them are merged and the others mirrored.
std::vector<double> signed_sums(std::span<const double> magnitudes) {
  std::vector<double> sums = {0};
  std::vector<double> merged;
  for (const double magnitude : magnitudes) {
    const std::size_t half = sums.size();
    merged.resize(2 * half);
    std::size_t smaller = 0;
    std::size_t larger = 0;
    for (std::size_t i = 0; i < half; ++i) {
      const double low = sums[smaller] - magnitude;
      const double high = sums[larger] + magnitude;
      const bool is_low = low <= high;  // no branch: which of them it is cannot be foreseen
      merged[i] = is_low ? low : high;
      smaller += is_low ? 1 : 0;
      larger += is_low ? 0 : 1;
    }
    for (std::size_t i = 0; i < half; ++i) merged[2 * half - 1 - i] = -merged[i];
    sums.swap(merged);
  }
  return sums;
}

// Of all 2^n signed sums, the share at or above the threshold: each half of the pairs by itself, then one pointer into
// either list (Horowitz and Sahni 1974).
double exact_upper_tail(std::span<const double> magnitudes, double threshold) {
  const std::vector<double> left = signed_sums(magnitudes.first(magnitudes.size() / 2));
  const std::vector<double> right = signed_sums(magnitudes.subspan(magnitudes.size() / 2));
  std::size_t reach = right.size();  // right[reach..] are enough for the current left sum
  double count = 0;
  for (const double sum : left) {
    while (reach > 0 && sum + right[reach - 1] >= threshold) --reach;
    count += static_cast<double>(right.size() - reach);
  }
  return count / (static_cast<double>(left.size()) * static_cast<double>(right.size()));
}

// Sums of up to eight differences for each of their 256 signs.
std::vector<double> sums_of_bytes(std::span<const double> differences) {
  std::vector<double> sums;
  for (std::size_t first = 0; first < differences.size(); first += kPairsAByte) {
    const auto group = differences.subspan(first, std::min(kPairsAByte, differences.size() - first));
    for (std::size_t signs = 0; signs < 256; ++signs) {
      double sum = 0;
      for (std::size_t i = 0; i < group.size(); ++i) sum += (signs >> i & 1) != 0 ? group[i] : -group[i];
      sums.push_back(sum);
    }
  }
  return sums;
}

}  // namespace

double smallest_sign_flip_p(std::int64_t pairs) {
  if (pairs > kMostExactPairs) return 1.0 / static_cast<double>(1 + kDraws);
  return std::min(1.0, std::ldexp(1.0, static_cast<int>(1 - pairs)));
}

SignFlipTest::SignFlipTest(std::string_view plan_hash) : seed_(0) {
  const std::string_view digits = plan_hash.substr(0, 8);
  std::from_chars(digits.data(), digits.data() + digits.size(), seed_, 16);
}

double SignFlipTest::p_value(std::span<const double> differences) {
  check(!differences.empty(), "a sign-flip test needs a pair");
  std::vector<double> magnitudes;
  double observed = 0;
  double largest = 0;
  for (const double difference : differences) {
    magnitudes.push_back(std::abs(difference));
    observed += difference;
    largest += magnitudes.back();
  }
  const double threshold = std::abs(observed) - kTie * largest;
  if (threshold <= 0) return 1;
  if (std::ssize(differences) > kMostExactPairs) return estimated(differences, threshold);
  return 2 * exact_upper_tail(magnitudes, threshold);
}

double SignFlipTest::estimated(std::span<const double> differences, double threshold) {
  const std::vector<double> sums = sums_of_bytes(differences);
  const Signs& signs = signs_for(differences.size());
  const std::size_t bytes = signs.size() / kDraws;
  std::size_t extreme = 0;
  // Several draws at once: each sum waits for its last addition, but not for the other sums.
  constexpr std::size_t kAtOnce = 9;
  static_assert(kDraws % kAtOnce == 0);
  for (std::size_t draw = 0; draw < kDraws; draw += kAtOnce) {
    std::array<double, kAtOnce> sum{};
    for (std::size_t byte = 0; byte < bytes; ++byte) {
      for (std::size_t i = 0; i < kAtOnce; ++i) sum[i] += sums[byte * 256 + signs[(draw + i) * bytes + byte]];
    }
    for (const double one : sum) extreme += std::abs(one) >= threshold ? 1 : 0;
  }
  return static_cast<double>(1 + extreme) / static_cast<double>(1 + kDraws);
}

const SignFlipTest::Signs& SignFlipTest::signs_for(std::size_t pairs) {
  Signs& signs = signs_[pairs];
  if (!signs.empty()) return signs;
  signs.resize((pairs + kPairsAByte - 1) / kPairsAByte * kDraws);
  for (std::size_t byte = 0; byte < signs.size(); byte += 16) {
    const random::Block block = random::random_block(seed_, random::Purpose::kSignFlips,
                                                     static_cast<std::uint32_t>(pairs), 0, byte / 16);
    for (std::size_t i = byte; i < std::min(byte + 16, signs.size()); ++i)
      signs[i] = static_cast<std::uint8_t>(block[i % 16 / 4] >> i % 4 * 8);
  }
  return signs;
}

}  // namespace headsweep::results
