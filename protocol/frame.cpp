#include "protocol/frame.h"

#include <string>

#include "errors/user_error.h"

namespace headsweep::protocol {
namespace {

constexpr std::size_t kLengthBytes = 4;

std::size_t read_length(std::span<const std::byte> bytes) {
  std::size_t length = 0;
  for (std::size_t i = kLengthBytes; i > 0; --i)
    length = length << 8 | std::to_integer<std::size_t>(bytes[i - 1]);
  return length;
}

}  // namespace

std::vector<std::byte> to_frame(const Message& message) {
  std::vector<std::byte> frame(kLengthBytes);
  append_encoded(frame, message);
  std::size_t length = frame.size() - kLengthBytes;
  if (length > kMaxFrameBytes) {
    throw UserError("a message of " + std::to_string(length) + " bytes is longer than the " +
                    std::to_string(kMaxFrameBytes) +
                    " that a frame may have; measure less often ([measure] every)");
  }
  for (std::size_t i = 0; i < kLengthBytes; ++i, length >>= 8)
    frame[i] = static_cast<std::byte>(length & 0xff);
  return frame;
}

void FrameReader::append(std::span<const std::byte> bytes) {
  // What was read is dropped once it is more than half: each byte is moved at most once on average.
  if (begin_ > buffer_.size() / 2) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
    begin_ = 0;
  }
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

std::optional<Message> FrameReader::next() {
  const auto held = std::span<const std::byte>(buffer_).subspan(begin_);
  if (held.size() < kLengthBytes) return std::nullopt;
  const std::size_t length = read_length(held);
  if (length > kMaxFrameBytes) {
    throw DecodeError("a frame of " + std::to_string(length) + " bytes is longer than the " +
                      std::to_string(kMaxFrameBytes) + " allowed");
  }
  if (held.size() - kLengthBytes < length) return std::nullopt;
  begin_ += kLengthBytes + length;
  return decode(held.subspan(kLengthBytes, length));
}

bool FrameReader::has_partial() const {
  return begin_ != buffer_.size();
}

}  // namespace headsweep::protocol
