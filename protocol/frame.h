// Frames on a byte stream: 4-byte little-endian length, then that many bytes. No I/O here.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "protocol/messages.h"

namespace headsweep::protocol {

// Length prefix and encoded message, ready to be written. Throws UserError if it is longer than
// kMaxFrameBytes.
std::vector<std::byte> to_frame(const Message& message);

// Cuts a byte stream into messages. Not thread-safe.
class FrameReader {
 public:
  void append(std::span<const std::byte> bytes);
  // The next whole message, or nothing yet. Throws DecodeError on an over-long frame or a bad message; the
  // stream cannot be continued then.
  std::optional<Message> next();
  // Whether bytes of an unfinished frame are held (a stream that ends now was cut off).
  [[nodiscard]] bool has_partial() const;

 private:
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0;
};

}  // namespace headsweep::protocol
