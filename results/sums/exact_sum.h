// Sums of doubles without rounding: whatever the order, and whatever is taken away again, the same bits.
//
// A sum is one integer in units of 2^-2272, below the smallest product of two doubles (Kulisch's long accumulator; see Neal
// 2015, arXiv 1505.05571). So sums of parts merge exactly, and mean and standard deviation are those of the values themselves,
// rounded once at the end.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace headsweep::results {

class ExactSum {
 public:
  // Finite values only. `sign`: -1 takes a value away that was added.
  void add(double value, int sign = 1);
  void add_square(double value, int sign = 1);
  void add(const ExactSum& other);

  // Sign and magnitude, 32 bits a digit from the lowest on, without zeros at either end.
  struct Digits {
    bool negative = false;
    std::int64_t exponent = 0;  // of 2, of the lowest digit's unit
    std::vector<std::uint32_t> digits;
  };
  [[nodiscard]] Digits digits() const;
  // The double nearest to the sum.
  [[nodiscard]] double rounded() const;

  // The same bytes for the same sum.
  void append_to(std::string& bytes) const;
  // Takes the sum from the front of `bytes`; false: they are none.
  [[nodiscard]] bool take_from(std::string_view& bytes);

 private:
  static constexpr int kDigitBits = 32;
  static constexpr int kLowest = -2272;      // exponent of the lowest bit; a multiple of kDigitBits
  static constexpr std::size_t kSize = 138;  // digits: products up to 2^2048, and 2^60 of them

  void add_bits(std::uint64_t high, std::uint64_t low, int exponent, bool negative);
  void carry();

  std::array<std::int64_t, kSize> words_{};  // each below 2^32 in magnitude after carry()
  std::int32_t uncarried_ = 0;               // additions since then: 2^30 at most
};

// (n sum of squares - square of the sum) / (n (n - 1)), rounded at the end: never negative, no cancellation. n >= 2.
double exact_variance(std::int64_t n, const ExactSum& sum, const ExactSum& squares);

}  // namespace headsweep::results
