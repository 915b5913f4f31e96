#include "orchestrator/mpi_links.h"

#include "orchestrator/bad_message.h"

namespace headsweep::orchestrator {
namespace {

int rank_of(protocol::WorkerId worker) {
  return static_cast<int>(worker);
}

}  // namespace

void MpiWorkerLinks::send(protocol::WorkerId worker, const protocol::Message& message) {
  messages_.send(rank_of(worker), protocol::encode(message));
}

std::optional<protocol::Envelope> MpiWorkerLinks::receive() {
  const std::optional<RankMessage> received = messages_.receive();
  if (!received) return std::nullopt;
  try {
    protocol::Envelope envelope = {.worker = received->rank, .message = protocol::decode(received->bytes)};
    if (std::holds_alternative<protocol::WorkerGoodbye>(envelope.message)) left_.insert(envelope.worker);
    return envelope;
  } catch (const protocol::DecodeError& error) {
    throw BadMessage(received->rank, error.what());
  }
}

std::vector<protocol::WorkerId> MpiWorkerLinks::take_ended() {
  std::vector<protocol::WorkerId> ended;
  for (const int rank : messages_.failed()) {
    if (!left_.contains(rank) && told_ended_.insert(rank).second) ended.push_back(rank);
  }
  return ended;
}

void MpiWorkerLinks::abandon(protocol::WorkerId worker) {
  messages_.drop(rank_of(worker));
}

void MpiWorkerLinks::readmit(protocol::WorkerId worker) {
  messages_.take_back(rank_of(worker));
}

std::vector<protocol::WorkerId> MpiWorkerLinks::here() const {
  std::vector<protocol::WorkerId> here;
  for (protocol::WorkerId worker = 1; worker <= workers_; ++worker) {
    if (!left_.contains(worker) && !messages_.dropped(rank_of(worker))) here.push_back(worker);
  }
  return here;
}

bool MpiWorkerLinks::everyone_left() const {
  for (protocol::WorkerId worker = 1; worker <= workers_; ++worker) {
    if (!left_.contains(worker) || messages_.dropped(rank_of(worker))) return false;
  }
  return true;
}

void MpiCoordinatorLink::send(const protocol::Message& message) {
  if (std::holds_alternative<protocol::WorkerGoodbye>(message)) said_goodbye_ = true;
  messages_.send(0, protocol::encode(message));
}

std::optional<protocol::Message> MpiCoordinatorLink::receive() {
  const std::optional<RankMessage> received = messages_.receive();
  if (!received) return std::nullopt;
  return protocol::decode(received->bytes);
}

}  // namespace headsweep::orchestrator
