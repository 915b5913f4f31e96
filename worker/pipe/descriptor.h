// A file descriptor with one owner.
#pragma once

#include <utility>

namespace headsweep::pipe {

// Closed by the destructor. Move-only.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}  // takes ownership; -1: none
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }

  [[nodiscard]] int number() const { return number_; }

 private:
  int number_ = -1;
};

// Two connected stream sockets, close-on-exec. Throws UserError if the process has no descriptors left.
std::pair<Descriptor, Descriptor> socket_pair();

}  // namespace headsweep::pipe
