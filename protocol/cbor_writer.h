// Writes CBOR (RFC 8949) in its deterministic form: shortest heads, definite lengths, reals always as 64-bit
// floats. Internal to protocol/: messages.h is the interface.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace headsweep::protocol {

// The three high bits of an item's first byte.
enum class MajorType : std::uint8_t { kUnsigned, kNegative, kBytes, kText, kArray, kMap, kTag, kSimple };

// First bytes of the simple values that messages use.
inline constexpr std::uint8_t kFalse = 0xf4;
inline constexpr std::uint8_t kTrue = 0xf5;
inline constexpr std::uint8_t kNull = 0xf6;
inline constexpr std::uint8_t kFloat64 = 0xfb;

// Appends items to a buffer that it does not own. Nothing here fails but allocation.
class CborWriter {
 public:
  explicit CborWriter(std::vector<std::byte>& out) : out_(out) {}

  void array(std::size_t elements) { head(MajorType::kArray, elements); }
  void map(std::size_t fields) { head(MajorType::kMap, fields); }
  void null() { byte(kNull); }
  void boolean(bool value) { byte(value ? kTrue : kFalse); }

  void integer(std::int64_t value) {
    // CBOR keeps a negative n as -1 - n, which is the complement of its bits.
    if (value < 0) {
      head(MajorType::kNegative, ~static_cast<std::uint64_t>(value));
    } else {
      head(MajorType::kUnsigned, static_cast<std::uint64_t>(value));
    }
  }

  // Bit for bit, NaN payloads included.
  void real(double value) {
    byte(kFloat64);
    big_endian(std::bit_cast<std::uint64_t>(value), 8);
  }

  void text(std::string_view value) {
    head(MajorType::kText, value.size());
    const auto* begin = reinterpret_cast<const std::byte*>(value.data());
    out_.insert(out_.end(), begin, begin + value.size());
  }

 private:
  void byte(unsigned value) { out_.push_back(static_cast<std::byte>(value)); }

  void big_endian(std::uint64_t value, unsigned bytes) {
    const std::size_t end = out_.size();
    out_.resize(end + bytes);
    for (unsigned i = bytes; i > 0; --i, value >>= 8)
      out_[end + i - 1] = static_cast<std::byte>(value & 0xff);
  }

  void head(MajorType major, std::uint64_t argument) {
    const unsigned first = static_cast<unsigned>(major) << 5;
    if (argument < 24) {
      byte(first | static_cast<unsigned>(argument));
    } else if (argument <= 0xff) {
      byte(first | 24);
      big_endian(argument, 1);
    } else if (argument <= 0xffff) {
      byte(first | 25);
      big_endian(argument, 2);
    } else if (argument <= 0xffff'ffff) {
      byte(first | 26);
      big_endian(argument, 4);
    } else {
      byte(first | 27);
      big_endian(argument, 8);
    }
  }

  std::vector<std::byte>& out_;
};

}  // namespace headsweep::protocol
