#include "worker/pipe/descriptor.h"

#include <array>
#include <cerrno>
#include <system_error>

#include <sys/socket.h>
#include <unistd.h>

#include "errors/user_error.h"

namespace headsweep::pipe {

Descriptor::~Descriptor() {
  if (number_ >= 0) close(number_);
}

std::pair<Descriptor, Descriptor> socket_pair() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw UserError("cannot make a pipe to a trainer: " + std::generic_category().message(errno) +
                    "; raise the limit of open files (ulimit -n)");
  }
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

}  // namespace headsweep::pipe
