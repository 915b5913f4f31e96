#include "protocol/cbor_reader.h"

#include <bit>
#include <limits>

#include "protocol/messages.h"

namespace headsweep::protocol {
namespace {

constexpr unsigned kArgumentMask = 0x1f;

std::string_view describe(std::uint8_t first) {
  switch (static_cast<MajorType>(first >> 5)) {
    case MajorType::kUnsigned:
    case MajorType::kNegative:
      return "an integer";
    case MajorType::kBytes:
      return "bytes";
    case MajorType::kText:
      return "text";
    case MajorType::kArray:
      return "an array";
    case MajorType::kMap:
      return "a map";
    case MajorType::kTag:
      return "a tag";
    case MajorType::kSimple:
      break;
  }
  if (first == kNull) return "null";
  if (first == kFloat64) return "a real";
  return first == kTrue || first == kFalse ? "a boolean" : "an unused simple value";
}

// The smallest argument that needs that many bytes: shorter ones must be written shorter.
constexpr std::uint64_t smallest_with(std::size_t bytes) {
  return bytes == 1 ? 24 : std::uint64_t{1} << (4 * bytes);
}

}  // namespace

void CborReader::fail(std::string_view what) const {
  std::string message = "bad message";
  for (std::size_t i = 0; i < path_.size(); ++i) message.append(i == 0 ? ": " : ".").append(path_[i]);
  throw DecodeError(message.append(": ").append(what));
}

void CborReader::fail_type(std::string_view expected) const {
  fail(std::string("must be ").append(expected).append(", not ").append(describe(peek())));
}

std::uint8_t CborReader::peek() const {
  if (remaining() == 0) fail("the message ends too early");
  return std::to_integer<std::uint8_t>(bytes_[position_]);
}

std::uint64_t CborReader::big_endian(std::size_t bytes) {
  if (remaining() < bytes) fail("the message ends too early");
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    value = value << 8 | std::to_integer<std::uint64_t>(bytes_[position_++]);
  }
  return value;
}

std::uint64_t CborReader::head(MajorType major, std::string_view expected) {
  const std::uint8_t first = peek();
  if (static_cast<MajorType>(first >> 5) != major) fail_type(expected);
  const unsigned argument = first & kArgumentMask;
  ++position_;
  if (argument < 24) return argument;
  if (argument > 27) fail("lengths must be definite");
  const std::size_t bytes = std::size_t{1} << (argument - 24);
  const std::uint64_t value = big_endian(bytes);
  if (value < smallest_with(bytes)) fail("a number is not in its shortest form");
  return value;
}

std::size_t CborReader::length(MajorType major, std::string_view expected) {
  const std::uint64_t value = head(major, expected);
  // Every element takes a byte at least, so this also bounds what a lying length can make us allocate.
  if (value > remaining()) fail("the message ends too early");
  return static_cast<std::size_t>(value);
}

std::int64_t CborReader::integer() {
  const bool negative = static_cast<MajorType>(peek() >> 5) == MajorType::kNegative;
  const std::uint64_t value = head(negative ? MajorType::kNegative : MajorType::kUnsigned, "an integer");
  if (value > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) fail("is out of range");
  return static_cast<std::int64_t>(negative ? ~value : value);
}

double CborReader::real() {
  if (peek() != kFloat64) fail_type("a real");
  ++position_;
  return std::bit_cast<double>(big_endian(8));
}

bool CborReader::boolean() {
  const std::uint8_t first = peek();
  if (first != kTrue && first != kFalse) fail_type("a boolean");
  ++position_;
  return first == kTrue;
}

std::string_view CborReader::text() {
  const std::size_t size = length(MajorType::kText, "text");
  const auto* begin = reinterpret_cast<const char*>(bytes_.data() + position_);
  position_ += size;
  return {begin, size};
}

std::size_t CborReader::array() {
  return length(MajorType::kArray, "an array");
}

std::size_t CborReader::map() {
  return length(MajorType::kMap, "a map");
}

bool CborReader::take_null() {
  if (peek() != kNull) return false;
  ++position_;
  return true;
}

void CborReader::end() const {
  if (remaining() != 0) fail("bytes follow the message");
}

}  // namespace headsweep::protocol
