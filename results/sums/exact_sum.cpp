#include "results/sums/exact_sum.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "errors/check.h"
#include "results/sums/varint.h"

namespace headsweep::results {
namespace {

using Digits = ExactSum::Digits;
__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t kDigitMask = 0xffffffff;

struct Mantissa {
  std::uint64_t bits;
  int exponent;  // magnitude = bits 2^exponent
};

// From the bits of a double: 52 of the mantissa, whose leading one is not stored but of subnormal numbers.
Mantissa mantissa_of(double value) {
  constexpr int kStoredBits = 52;
  constexpr int kBias = 1023 + kStoredBits;
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const auto exponent = static_cast<int>(bits >> kStoredBits & 0x7ff);
  const std::uint64_t stored = bits & ((std::uint64_t{1} << kStoredBits) - 1);
  if (exponent == 0) return {stored, 1 - kBias};
  return {stored | std::uint64_t{1} << kStoredBits, exponent - kBias};
}

void trim(Digits& number) {
  const auto first = std::ranges::find_if(number.digits, [](std::uint32_t digit) { return digit != 0; });
  number.exponent += 32 * (first - number.digits.begin());
  number.digits.erase(number.digits.begin(), first);
  while (!number.digits.empty() && number.digits.back() == 0) number.digits.pop_back();
}

// Of magnitudes; the sign is left out.
Digits product(const Digits& a, const Digits& b) {
  Digits result{false, a.exponent + b.exponent,
                std::vector<std::uint32_t>(a.digits.size() + b.digits.size())};
  for (std::size_t i = 0; i < a.digits.size(); ++i) {
    std::uint64_t carry = 0;
    for (std::size_t j = 0; j < b.digits.size(); ++j) {
      const std::uint64_t sum = std::uint64_t{a.digits[i]} * b.digits[j] + result.digits[i + j] + carry;
      result.digits[i + j] = static_cast<std::uint32_t>(sum & kDigitMask);
      carry = sum >> 32;
    }
    result.digits[i + b.digits.size()] = static_cast<std::uint32_t>(carry);
  }
  trim(result);
  return result;
}

Digits integer(std::uint64_t value) {
  Digits number{
      false, 0, {static_cast<std::uint32_t>(value & kDigitMask), static_cast<std::uint32_t>(value >> 32)}};
  trim(number);
  return number;
}

// a - b of magnitudes, a >= b. Exponents differ by whole digits.
Digits difference(const Digits& a, const Digits& b) {
  const std::int64_t lowest = std::min(a.exponent, b.exponent);
  Digits result{false, lowest, {}};
  const auto digit = [lowest](const Digits& number, std::size_t i) -> std::int64_t {
    const std::int64_t place = static_cast<std::int64_t>(i) - (number.exponent - lowest) / 32;
    return place < 0 || place >= std::ssize(number.digits) ? 0
                                                           : number.digits[static_cast<std::size_t>(place)];
  };
  const std::size_t size = a.digits.size() + static_cast<std::size_t>((a.exponent - lowest) / 32);
  std::int64_t borrow = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const std::int64_t left = digit(a, i) - digit(b, i) - borrow;
    borrow = left < 0 ? 1 : 0;
    result.digits.push_back(static_cast<std::uint32_t>(left + (borrow << 32)));
  }
  check(borrow == 0, "the square of a sum exceeds n times the sum of squares");
  trim(result);
  return result;
}

// 64 bits from the highest on, the lowest of them set if any bit below is: rounds to the nearest double.
double to_double(const Digits& number) {
  if (number.digits.empty()) return 0;
  std::uint64_t top = 0;
  int room = 64;
  std::int64_t exponent = number.exponent + 32 * std::ssize(number.digits);
  bool rest = false;
  for (auto digit = number.digits.rbegin(); digit != number.digits.rend(); ++digit) {
    const int width = digit == number.digits.rbegin() ? std::bit_width(*digit) : 32;
    if (digit == number.digits.rbegin()) exponent -= 32 - width;
    const int taken = std::min(room, width);
    if (taken > 0) top = (taken == 64 ? 0 : top << taken) | (*digit >> (width - taken));
    room -= taken;
    const int left = width - taken;
    rest = rest || (left > 0 && (*digit & ((std::uint64_t{1} << left) - 1)) != 0);
  }
  const double magnitude =
      std::ldexp(static_cast<double>(top | (rest ? 1U : 0U)), static_cast<int>(exponent) - (64 - room));
  return number.negative ? -magnitude : magnitude;
}

}  // namespace

void ExactSum::add_bits(std::uint64_t high, std::uint64_t low, int exponent, bool negative) {
  const auto place = static_cast<std::size_t>(exponent - kLowest);
  const std::size_t word = place / kDigitBits;
  const auto shift = static_cast<int>(place % kDigitBits);
  const Wide lower = static_cast<Wide>(low) << shift;
  const Wide upper = (static_cast<Wide>(high) << shift) + static_cast<std::uint64_t>(lower >> 64);
  const std::int64_t sign = negative ? -1 : 1;
  const auto digit = [](Wide bits) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(bits) & kDigitMask);
  };
  words_[word] += sign * digit(lower);
  words_[word + 1] += sign * digit(lower >> 32);
  words_[word + 2] += sign * digit(upper);
  words_[word + 3] += sign * digit(upper >> 32);
  words_[word + 4] += sign * digit(upper >> 64);
  if (++uncarried_ == 1 << 30) carry();
}

void ExactSum::add(double value, int sign) {
  check(std::isfinite(value), "a sum takes finite values");
  if (value == 0) return;
  const Mantissa mantissa = mantissa_of(value);
  add_bits(0, mantissa.bits, mantissa.exponent, (value < 0) != (sign < 0));
}

void ExactSum::add_square(double value, int sign) {
  check(std::isfinite(value), "a sum takes finite values");
  if (value == 0) return;
  const Mantissa mantissa = mantissa_of(value);
  const Wide square = static_cast<Wide>(mantissa.bits) * mantissa.bits;
  add_bits(static_cast<std::uint64_t>(square >> 64), static_cast<std::uint64_t>(square),
           2 * mantissa.exponent, sign < 0);
}

void ExactSum::add(const ExactSum& other) {
  ExactSum copy = other;
  copy.carry();
  carry();
  for (std::size_t i = 0; i < kSize; ++i) words_[i] += copy.words_[i];
  uncarried_ = 1;
}

void ExactSum::carry() {
  std::int64_t carried = 0;
  for (std::size_t i = 0; i + 1 < kSize; ++i) {
    const std::int64_t word = words_[i] + carried;
    carried = word >> kDigitBits;  // towards minus infinity: what is left lies in [0, 2^32)
    words_[i] = word - (carried << kDigitBits);
  }
  words_.back() += carried;
  uncarried_ = 0;
}

ExactSum::Digits ExactSum::digits() const {
  ExactSum copy = *this;
  copy.carry();
  const bool negative = copy.words_.back() < 0;
  if (negative) {
    for (std::int64_t& word : copy.words_) word = -word;
    copy.carry();
  }
  Digits result{negative, kLowest, {}};
  for (const std::int64_t word : copy.words_) result.digits.push_back(static_cast<std::uint32_t>(word));
  trim(result);
  return result;
}

double ExactSum::rounded() const {
  return to_double(digits());
}

void ExactSum::append_to(std::string& bytes) const {
  const Digits number = digits();
  append_varint(bytes, number.digits.size() * 2 + (number.negative ? 1 : 0));
  if (number.digits.empty()) return;
  append_varint(bytes, static_cast<std::uint64_t>((number.exponent - kLowest) / kDigitBits));
  for (const std::uint32_t digit : number.digits) {
    for (int shift = 0; shift < kDigitBits; shift += 8) bytes += static_cast<char>(digit >> shift & 0xff);
  }
}

bool ExactSum::take_from(std::string_view& bytes) {
  *this = {};
  std::uint64_t header = 0;
  std::uint64_t first = 0;
  if (!take_varint(bytes, header)) return false;
  const std::uint64_t count = header / 2;
  if (count == 0) return true;
  if (!take_varint(bytes, first) || first > kSize || count > kSize - first || bytes.size() < 4 * count)
    return false;
  for (std::size_t i = 0; i < count; ++i) {
    std::int64_t digit = 0;
    for (std::size_t byte = 0; byte < 4; ++byte)
      digit |= static_cast<std::int64_t>(static_cast<unsigned char>(bytes[4 * i + byte])) << (8 * byte);
    words_[first + i] = header % 2 == 0 ? digit : -digit;
  }
  uncarried_ = 1;
  bytes.remove_prefix(4 * count);
  return true;
}

double exact_variance(std::int64_t n, const ExactSum& sum, const ExactSum& squares) {
  const auto count = static_cast<std::uint64_t>(n);
  const Digits total = sum.digits();
  const Digits spread = difference(product(integer(count), squares.digits()), product(total, total));
  return to_double(spread) / (static_cast<double>(n) * static_cast<double>(n - 1));
}

}  // namespace headsweep::results
