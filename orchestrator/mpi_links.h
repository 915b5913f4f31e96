// Both ends of the line over MpiMessages. Internal to the MPI transport; worker number = rank.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "orchestrator/mpi_messages.h"
#include "protocol/links.h"

namespace headsweep::orchestrator {

class MpiWorkerLinks final : public protocol::WorkerLinks {
 public:
  // `messages` must outlive the links.
  MpiWorkerLinks(MpiMessages& messages, std::int64_t workers) : messages_(messages), workers_(workers) {}

  [[nodiscard]] std::int64_t count() const override { return workers_; }
  void send(protocol::WorkerId worker, const protocol::Message& message) override;
  std::optional<protocol::Envelope> receive() override;  // throws BadMessage
  std::vector<protocol::WorkerId> take_ended() override;
  void abandon(protocol::WorkerId worker) override;
  void readmit(protocol::WorkerId worker) override;

  // Workers that neither said goodbye nor were abandoned.
  [[nodiscard]] std::vector<protocol::WorkerId> here() const;
  // Whether all said goodbye and none was abandoned.
  [[nodiscard]] bool everyone_left() const;

 private:
  MpiMessages& messages_;
  std::int64_t workers_;
  std::set<protocol::WorkerId> left_;
  std::set<protocol::WorkerId> told_ended_;
};

class MpiCoordinatorLink final : public protocol::CoordinatorLink {
 public:
  explicit MpiCoordinatorLink(MpiMessages& messages) : messages_(messages) {}

  void send(const protocol::Message& message) override;
  std::optional<protocol::Message> receive() override;
  [[nodiscard]] bool has_ended() override { return messages_.failed().contains(0); }

  [[nodiscard]] bool said_goodbye() const { return said_goodbye_; }

 private:
  MpiMessages& messages_;
  bool said_goodbye_ = false;
};

}  // namespace headsweep::orchestrator
