#include "orchestrator/mpi_messages.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "errors/user_error.h"
#include "orchestrator/mpi_error.h"

namespace headsweep::orchestrator {
namespace {

constexpr std::size_t kMostIncoming = 64;  // started and not yet handed out

void require_success(int code, const char* call) {
  if (code == MPI_SUCCESS) return;
  throw UserError(std::string(call) + " failed: " + mpi_error_text(code));
}

}  // namespace

void MpiMessages::send(int rank, std::vector<std::byte> bytes) {
  if (dropped(rank)) return;
  Transfer& transfer = outgoing_.emplace_back(Transfer{rank, MPI_REQUEST_NULL, std::move(bytes)});
  const int started = MPI_Isend(transfer.bytes.data(), static_cast<int>(transfer.bytes.size()), MPI_BYTE,
                                rank, tag_, communicator_, &transfer.request);
  // An error means that the peer is gone; the silence of its side will say so to whoever watches it.
  if (started != MPI_SUCCESS) outgoing_.pop_back();
}

std::optional<RankMessage> MpiMessages::receive() {
  all_sent();
  start_receiving();
  std::set<int> unfinished;  // a later message must not overtake these ranks' earlier one
  for (auto transfer = incoming_.begin(); transfer != incoming_.end(); ++transfer) {
    if (unfinished.contains(transfer->rank)) continue;
    int is_complete = 0;
    const int tested = MPI_Test(&transfer->request, &is_complete, MPI_STATUS_IGNORE);
    if (tested != MPI_SUCCESS && failed().contains(transfer->rank)) {  // its sender died half-way
      incoming_.erase(transfer);
      return std::nullopt;
    }
    require_success(tested, "MPI_Test");
    if (is_complete != 0) {
      RankMessage message = {.rank = transfer->rank, .bytes = std::move(transfer->bytes)};
      incoming_.erase(transfer);
      return message;
    }
    unfinished.insert(transfer->rank);
  }
  return std::nullopt;
}

// One thread probes and receives, so what was probed is what is received. (MPI_Improbe with MPI_Imrecv would say so, but fails
// in Open MPI 4.1 over libfabric.)
void MpiMessages::start_receiving() {
  while (incoming_.size() < kMostIncoming) {
    int is_there = 0;
    MPI_Status status;
    const int probed = MPI_Iprobe(MPI_ANY_SOURCE, tag_, communicator_, &is_there, &status);
    if (probed != MPI_SUCCESS && failed_.look()) return;  // acknowledged now: the next probe sees the others
    require_success(probed, "MPI_Iprobe");
    if (is_there == 0) return;
    int size = 0;
    require_success(MPI_Get_count(&status, MPI_BYTE, &size), "MPI_Get_count");
    Transfer& transfer = incoming_.emplace_back(Transfer{
        status.MPI_SOURCE, MPI_REQUEST_NULL, std::vector<std::byte>(static_cast<std::size_t>(size))});
    const int started = MPI_Irecv(transfer.bytes.data(), size, MPI_BYTE, transfer.rank, tag_, communicator_,
                                  &transfer.request);
    if (started != MPI_SUCCESS && failed().contains(transfer.rank)) {  // its sender has died since
      incoming_.pop_back();
      return;
    }
    require_success(started, "MPI_Irecv");
  }
}

void MpiMessages::drop(int rank) {
  dropped_.insert(rank);
  move_of_rank(outgoing_, stuck_outgoing_, rank);
  move_of_rank(incoming_, stuck_incoming_, rank);
}

void MpiMessages::take_back(int rank) {
  dropped_.erase(rank);
  move_of_rank(stuck_outgoing_, outgoing_, rank);
  // Before what has come since.
  std::deque<Transfer> older;
  move_of_rank(stuck_incoming_, older, rank);
  move_of_rank(incoming_, older, rank);
  std::ranges::move(older, std::back_inserter(incoming_));
}

void MpiMessages::move_of_rank(std::deque<Transfer>& from, std::deque<Transfer>& to, int rank) {
  const auto others =
      std::ranges::stable_partition(from, [rank](const Transfer& transfer) { return transfer.rank != rank; });
  std::ranges::move(others, std::back_inserter(to));
  from.erase(others.begin(), others.end());
}

bool MpiMessages::all_sent() {
  // A peer that does not take its messages must not hide those that have left: test each.
  for (auto transfer = outgoing_.begin(); transfer != outgoing_.end();) {
    int is_complete = 0;
    const int tested = MPI_Test(&transfer->request, &is_complete, MPI_STATUS_IGNORE);
    transfer = tested != MPI_SUCCESS || is_complete != 0 ? outgoing_.erase(transfer) : std::next(transfer);
  }
  return outgoing_.empty();
}

}  // namespace headsweep::orchestrator
