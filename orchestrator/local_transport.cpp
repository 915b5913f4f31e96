#include "orchestrator/local_transport.h"

#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "orchestrator/bad_message.h"

namespace headsweep::orchestrator {

// A queue of encoded messages, each with its sender (0: the coordinator). Thread-safe.
class LocalTransport::Mailbox {
 public:
  struct Letter {
    protocol::WorkerId sender;
    std::vector<std::byte> bytes;
  };

  void push(Letter letter) {
    const std::scoped_lock lock(mutex_);
    letters_.push_back(std::move(letter));
  }

  std::optional<Letter> try_pop() {
    const std::scoped_lock lock(mutex_);
    if (letters_.empty()) return std::nullopt;
    Letter letter = std::move(letters_.front());
    letters_.pop_front();
    return letter;
  }

 private:
  std::mutex mutex_;
  std::deque<Letter> letters_;
};

class LocalTransport::Workers final : public protocol::WorkerLinks {
 public:
  explicit Workers(LocalTransport& transport) : transport_(transport) {}

  [[nodiscard]] std::int64_t count() const override { return std::ssize(transport_.to_workers_); }

  void send(protocol::WorkerId worker, const protocol::Message& message) override {
    if (abandoned_.contains(worker)) return;
    transport_.to_workers_.at(static_cast<std::size_t>(worker - 1))->push({0, protocol::encode(message)});
  }

  std::optional<protocol::Envelope> receive() override {
    const std::optional<Mailbox::Letter> letter = transport_.to_coordinator_->try_pop();
    if (!letter) return std::nullopt;
    try {
      return protocol::Envelope{.worker = letter->sender, .message = protocol::decode(letter->bytes)};
    } catch (const protocol::DecodeError& error) {
      throw BadMessage(letter->sender, error.what());
    }
  }

  std::vector<protocol::WorkerId> take_ended() override { return {}; }  // they live as long as we do

  void abandon(protocol::WorkerId worker) override { abandoned_.insert(worker); }

  void readmit(protocol::WorkerId worker) override { abandoned_.erase(worker); }

 private:
  LocalTransport& transport_;
  std::set<protocol::WorkerId> abandoned_;
};

class LocalTransport::Coordinator final : public protocol::CoordinatorLink {
 public:
  Coordinator(protocol::WorkerId self, Mailbox& to_coordinator, Mailbox& to_self)
      : self_(self), to_coordinator_(to_coordinator), to_self_(to_self) {}

  void send(const protocol::Message& message) override {
    to_coordinator_.push({self_, protocol::encode(message)});
  }

  std::optional<protocol::Message> receive() override {
    const std::optional<Mailbox::Letter> letter = to_self_.try_pop();
    if (!letter) return std::nullopt;
    return protocol::decode(letter->bytes);
  }

  [[nodiscard]] bool has_ended() override { return false; }

 private:
  protocol::WorkerId self_;
  Mailbox& to_coordinator_;
  Mailbox& to_self_;
};

LocalTransport::LocalTransport(std::int64_t workers)
    : to_coordinator_(std::make_unique<Mailbox>()), workers_(std::make_unique<Workers>(*this)) {
  for (protocol::WorkerId worker = 1; worker <= workers; ++worker) {
    to_workers_.push_back(std::make_unique<Mailbox>());
    coordinators_.push_back(std::make_unique<Coordinator>(worker, *to_coordinator_, *to_workers_.back()));
  }
}

LocalTransport::~LocalTransport() = default;

protocol::WorkerLinks& LocalTransport::workers() {
  return *workers_;
}

protocol::CoordinatorLink& LocalTransport::coordinator(protocol::WorkerId worker) {
  return *coordinators_.at(static_cast<std::size_t>(worker - 1));
}

void LocalTransport::close() {
  for (const std::unique_ptr<Mailbox>& mailbox : to_workers_) {
    mailbox->push({0, protocol::encode(protocol::Shutdown{})});
  }
}

}  // namespace headsweep::orchestrator
