// Messages over the stream socket between an agent and its trainer (frames: protocol/frame.h). Both ends use
// it.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "protocol/frame.h"
#include "worker/pipe/descriptor.h"

namespace headsweep::pipe {

// One end. Never blocks: to wait, poll() descriptor() for reading, and for writing while has_unsent().
// Not thread-safe.
class FramePipe {
 public:
  explicit FramePipe(Descriptor socket) : socket_(std::move(socket)) {}

  [[nodiscard]] int descriptor() const { return socket_.number(); }

  // Writes what the other end takes now; the rest is kept for flush(). What is sent to an end that has closed
  // is dropped: at_end() tells. Throws UserError if the message is longer than a frame may be.
  void send(const protocol::Message& message);
  void flush();
  [[nodiscard]] bool has_unsent() const { return !unsent_.empty(); }

  // The next message, or nothing now. Throws DecodeError on bytes that are no message; the pipe is of no use
  // then.
  std::optional<protocol::Message> receive();

  // Whether the other end has closed and everything that it sent was received.
  [[nodiscard]] bool at_end() const { return at_end_; }

 private:
  std::size_t write_now(const std::byte* bytes, std::size_t size);
  bool read_now();

  Descriptor socket_;
  protocol::FrameReader reader_;
  std::vector<std::byte> unsent_;
  bool at_end_ = false;
};

}  // namespace headsweep::pipe
