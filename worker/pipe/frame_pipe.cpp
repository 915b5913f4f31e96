#include "worker/pipe/frame_pipe.h"

#include <array>
#include <cerrno>

#include <sys/socket.h>

namespace headsweep::pipe {
namespace {

constexpr std::size_t kReadBytes = 65'536;

// Runs a system call again while signals interrupt it.
template <class Call>
ssize_t uninterrupted(Call call) {
  ssize_t result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK;
}

}  // namespace

// Number of bytes that are done with: written, or dropped since nobody will read them.
std::size_t FramePipe::write_now(const std::byte* bytes, std::size_t size) {
  std::size_t written = 0;
  while (written < size) {
    const ssize_t result = uninterrupted([&] {
      return ::send(socket_.number(), bytes + written, size - written, MSG_NOSIGNAL | MSG_DONTWAIT);
    });
    if (result < 0) return would_block() ? written : size;
    written += static_cast<std::size_t>(result);
  }
  return written;
}

void FramePipe::send(const protocol::Message& message) {
  const std::vector<std::byte> frame = protocol::to_frame(message);
  flush();
  const std::size_t written = has_unsent() ? 0 : write_now(frame.data(), frame.size());
  unsent_.insert(unsent_.end(), frame.begin() + static_cast<std::ptrdiff_t>(written), frame.end());
}

void FramePipe::flush() {
  if (!has_unsent()) return;
  const std::size_t written = write_now(unsent_.data(), unsent_.size());
  unsent_.erase(unsent_.begin(), unsent_.begin() + static_cast<std::ptrdiff_t>(written));
}

bool FramePipe::read_now() {
  std::array<std::byte, kReadBytes> bytes;
  const ssize_t result =
      uninterrupted([&] { return recv(socket_.number(), bytes.data(), bytes.size(), MSG_DONTWAIT); });
  if (result > 0) {
    reader_.append(std::span(bytes).first(static_cast<std::size_t>(result)));
    return true;
  }
  // An error here is a reset: the other end closed without reading all that was sent to it.
  at_end_ = result == 0 || !would_block();
  return false;
}

std::optional<protocol::Message> FramePipe::receive() {
  std::optional<protocol::Message> message = reader_.next();
  while (!message && !at_end_ && read_now()) message = reader_.next();
  return message;
}

}  // namespace headsweep::pipe
