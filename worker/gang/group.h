// Processes that train one model together: they meet, add up their tensors, and notice when one of them is gone.
//
// Gloo connects members on CPUs, NCCL those on GPUs; both are behind c10d::Backend, so there is one code path. All
// members make the same calls in the same order. A call that needs the others waits for them no longer than its
// deadline and calls `while_waiting` every few milliseconds; what that throws ends the wait. After a GroupLost, or
// what while_waiting threw, the group is of no more use: destroying it may take as long as its last deadline. A process
// that has had a group ignores SIGPIPE.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

namespace headsweep::gang {

// Others are gone, silent or late. One line says which it was.
class GroupLost : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// In seconds.
struct Deadlines {
  double formation = 150;  // until all have come: one may first have to load LibTorch from a cold disk
  double first = 60;       // of the collectives before anything is known of the pace
  double least = 6;        // of a collective later at least ...
  double paces = 10;       // ... and so many times the longest time between two of them so far
  double pause = 1800;     // of the collective after expect_pause()
};

struct Membership {
  std::int64_t id;  // of this group: another number than that of any group whose members may still live
  std::int64_t member;
  std::int64_t members;
  bool one_host;  // all are on one: they meet on its loopback interface
  c10::Device device = c10::kCPU;
  Deadlines deadlines = {};
};

struct Address {
  std::string host;
  std::int64_t port;
};

class Group {
 public:
  using WhileWaiting = std::function<void()>;

  // Member 0 listens on a free port (address()). Throws GroupLost where it cannot.
  Group(const Membership& membership, WhileWaiting while_waiting);
  // Another member goes to where member 0 listens. Throws GroupLost.
  Group(const Membership& membership, const Address& leader, WhileWaiting while_waiting);
  ~Group();
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  // Of member 0 alone.
  [[nodiscard]] Address address() const;

  // Waits until all are here and connected. `what_we_are` must be equal in all of them, else UserError.
  void form(const std::string& what_we_are);

  // Each tensor becomes its sum over the members, the same bits in all of them. Contiguous, of equal shape, dtype and
  // place in the list everywhere.
  void add_up(const std::vector<at::Tensor>& tensors);
  // Each tensor becomes that of member 0.
  void copy_from_leader(const std::vector<at::Tensor>& tensors);

  // The next collective may be kept waiting by something that all members know of.
  void expect_pause();

  // Returns when every member has called it: nobody needs the connections any more.
  void leave();

 private:
  class Connections;

  void wait_for_all(const std::string& occasion, double seconds);
  void await_count(const std::string& occasion, std::int64_t members, double seconds);
  [[nodiscard]] double deadline() const;

  Membership membership_;
  WhileWaiting while_waiting_;
  std::unique_ptr<Connections> connections_;
  double last_end_ = 0;  // of a collective, in seconds of a steady clock; 0: none yet
  double longest_pace_ = 0;
  bool pause_expected_ = false;
};

}  // namespace headsweep::gang
