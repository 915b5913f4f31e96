#include "worker/gang/group.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <thread>
#include <utility>

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <torch/csrc/distributed/c10d/Work.hpp>
#include <unistd.h>

#include "errors/check.h"
#include "errors/user_error.h"
#include "worker/gang/backend.h"
#include "worker/gang/patient_wait.h"

namespace headsweep::gang {
namespace {

using std::chrono::milliseconds;

// To reach where member 0 listens, which it does already, and for each answer from there.
constexpr milliseconds kStoreTimeout{10'000};
// To connect, once all are here.
constexpr milliseconds kConnectTimeout{30'000};

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

milliseconds to_milliseconds(double seconds) {
  return std::chrono::duration_cast<milliseconds>(std::chrono::duration<double>(seconds));
}

// The first sentence, without the place in Gloo's sources in front of it.
std::string essence(const std::string& text) {
  const std::size_t place = text.starts_with('[') ? text.find("] ") : std::string::npos;
  const std::size_t begin = place == std::string::npos ? 0 : place + 2;
  const std::size_t end = std::min(text.find('\n', begin), text.find(". ", begin));
  return text.substr(begin, end - begin);
}

// c10d says by several types what went wrong.
template <class Action>
auto lost_if_it_throws(Action action) {
  try {
    return action();
  } catch (const GroupLost&) {
    throw;
  } catch (const UserError&) {
    throw;
  } catch (const c10::Error& error) {
    throw GroupLost("a member of the gang is lost: " + essence(error.what_without_backtrace()));
  } catch (const std::exception& error) {
    throw GroupLost("a member of the gang is lost: " + essence(error.what()));
  }
}

std::string own_host_name() {
  std::array<char, 256> name{};  // Linux names have at most 64 characters
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

c10::intrusive_ptr<c10d::TCPStore> open_store(const std::string& host, std::int64_t port, bool listens) {
  c10d::TCPStoreOptions options;
  options.port = static_cast<std::uint16_t>(port);
  options.isServer = listens;
  options.waitWorkers = false;
  options.timeout = kStoreTimeout;
  return c10::make_intrusive<c10d::TCPStore>(host, options);
}

std::vector<std::uint8_t> to_bytes(const std::string& text) {
  return {text.begin(), text.end()};
}

// Gloo writes to members that may be gone: that shall be an error of the call, not the end of the process.
void ignore_broken_pipes() {
  std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace

// Where members leave notes for each other, and once formed the connections between them.
class Group::Connections {
 public:
  Connections(const Membership& membership, const std::string& host, std::int64_t port)
      : membership_(membership),
        server_(lost_if_it_throws([&] { return open_store(host, port, membership.member == 0); })),
        notes_(c10::make_intrusive<c10d::PrefixStore>("group-" + std::to_string(membership.id), server_)) {}

  [[nodiscard]] std::int64_t port() const { return server_->getPort(); }

  void expect_equal(const std::string& what_we_are) {
    lost_if_it_throws([&] {
      if (membership_.member == 0) return notes_->set("what we are", to_bytes(what_we_are));
      const std::vector<std::uint8_t> bytes = notes_->get("what we are");
      const std::string leader(bytes.begin(), bytes.end());
      if (leader == what_we_are) return;
      throw UserError("the workers of one trial must compute alike, but one has " + leader + " and another " +
                      what_we_are);
    });
  }

  std::int64_t count(const std::string& occasion, std::int64_t more) {
    return lost_if_it_throws([&] { return notes_->add(occasion, more); });
  }

  void connect() {
    backend_ = lost_if_it_throws([&] {
      return membership_.device.is_cuda() ? connect_by_nccl(notes_, membership_, kConnectTimeout)
                                          : connect_by_gloo(notes_, membership_, kConnectTimeout);
    });
  }

  // Starts `collective` for every tensor, then waits for all of them.
  template <class Collective>
  void run(const std::vector<at::Tensor>& tensors, double seconds, const WhileWaiting& while_waiting,
           Collective collective) {
    check(static_cast<bool>(backend_), "a group is formed before it computes");
    std::vector<c10::intrusive_ptr<c10d::Work>> works;
    for (const at::Tensor& tensor : tensors) {
      std::vector<at::Tensor> one = {tensor};
      works.push_back(lost_if_it_throws([&] { return collective(*backend_, one); }));
    }
    PatientWait wait(seconds, while_waiting);
    for (const auto& work : works) {
      while (!work->isCompleted()) wait.once_more();
      lost_if_it_throws([&] { return work->wait(); });
    }
  }

 private:
  Membership membership_;
  c10::intrusive_ptr<c10d::TCPStore> server_;
  StorePointer notes_;
  BackendPointer backend_;
};

Group::Group(const Membership& membership, WhileWaiting while_waiting)
    : membership_(membership),
      while_waiting_(std::move(while_waiting)),
      connections_(std::make_unique<Connections>(membership, "127.0.0.1", 0)) {
  check(membership.member == 0, "member 0 is the one who listens");
  ignore_broken_pipes();
}

Group::Group(const Membership& membership, const Address& leader, WhileWaiting while_waiting)
    : membership_(membership),
      while_waiting_(std::move(while_waiting)),
      connections_(std::make_unique<Connections>(membership, leader.host, leader.port)) {
  check(membership.member > 0, "member 0 has nobody to go to");
  ignore_broken_pipes();
}

Group::~Group() = default;

Address Group::address() const {
  return {membership_.one_host ? "127.0.0.1" : own_host_name(), connections_->port()};
}

void Group::form(const std::string& what_we_are) {
  connections_->expect_equal(what_we_are);
  wait_for_all("come", membership_.deadlines.formation);
  connections_->connect();
}

void Group::add_up(const std::vector<at::Tensor>& tensors) {
  const double seconds = deadline();
  c10d::AllreduceOptions options;
  options.timeout = to_milliseconds(seconds);
  connections_->run(tensors, seconds, while_waiting_,
                    [&](c10d::Backend& backend, auto& one) { return backend.allreduce(one, options); });
  const double end = now();
  if (last_end_ > 0 && !pause_expected_) longest_pace_ = std::max(longest_pace_, end - last_end_);
  last_end_ = end;
  pause_expected_ = false;
}

void Group::copy_from_leader(const std::vector<at::Tensor>& tensors) {
  const double seconds = membership_.deadlines.first;
  c10d::BroadcastOptions options;
  options.timeout = to_milliseconds(seconds);
  connections_->run(tensors, seconds, while_waiting_,
                    [&](c10d::Backend& backend, auto& one) { return backend.broadcast(one, options); });
}

// This member's own part of the work takes about as long as that of those it waits for.
double Group::deadline() const {
  const Deadlines& deadlines = membership_.deadlines;
  if (pause_expected_) return deadlines.pause;
  const double own = last_end_ > 0 ? now() - last_end_ : 0;
  const double least = longest_pace_ > 0 ? deadlines.least : deadlines.first;
  return std::max(least, deadlines.paces * std::max(longest_pace_, own));
}

void Group::expect_pause() {
  pause_expected_ = true;
}

void Group::leave() {
  wait_for_all("leave", membership_.deadlines.pause);
  // Member 0 keeps the notes: it goes last.
  if (membership_.member > 0) {
    connections_->count("left", 1);
  } else {
    await_count("left", membership_.members - 1, membership_.deadlines.first);
  }
}

void Group::wait_for_all(const std::string& occasion, double seconds) {
  connections_->count(occasion, 1);
  await_count(occasion, membership_.members, seconds);
}

void Group::await_count(const std::string& occasion, std::int64_t members, double seconds) {
  PatientWait wait(seconds, while_waiting_);
  while (connections_->count(occasion, 0) < members) wait.once_more();
}

}  // namespace headsweep::gang
