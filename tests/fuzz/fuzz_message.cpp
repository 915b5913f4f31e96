// A stream of frames: refused, or messages that encode to the very bytes that they came from.
#include <algorithm>
#include <cstdlib>
#include <span>

#include "protocol/frame.h"

namespace {

using namespace headsweep;

void read_stream(std::span<const std::byte> bytes) {
  protocol::FrameReader reader;
  reader.append(bytes);
  while (reader.next()) {
  }
}

void read_message(std::span<const std::byte> bytes) {
  const protocol::Message message = protocol::decode(bytes);
  if (!std::ranges::equal(protocol::encode(message), bytes)) std::abort();
}

}  // namespace

// The first byte chooses: even a stream, odd one message.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data + 1), size - 1);
  try {
    data[0] % 2 == 0 ? read_stream(bytes) : read_message(bytes);
  } catch (const protocol::DecodeError&) {
  }
  return 0;
}
