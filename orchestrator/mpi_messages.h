// Byte messages between ranks that never block on a peer, dead or alive: Iprobe, Irecv and tested Isend
// only. Internal to the MPI transport.
//
// After set-up nothing here is collective: Open MPI reports no error for a killed rank, and a blocking send
// to it hangs for ever.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <set>
#include <vector>

#include <mpi.h>

#include "orchestrator/failed_ranks.h"

namespace headsweep::orchestrator {

struct RankMessage {
  int rank;  // sender
  std::vector<std::byte> bytes;
};

// The messages of one tag on one communicator. Used by the thread that initialised MPI.
class MpiMessages {
 public:
  // `failed`: of that communicator; outlives the messages.
  MpiMessages(MPI_Comm communicator, int tag, FailedRanks& failed)
      : communicator_(communicator), tag_(tag), failed_(failed) {}

  // Starts sending; the bytes are kept until they have left. Nothing is sent to a dropped rank.
  void send(int rank, std::vector<std::byte> bytes);
  // The next message that has arrived whole, or nothing; those of one rank in the order sent.
  // Throws UserError if MPI fails.
  std::optional<RankMessage> receive();
  // Never sends to that rank again; what is under way to it is kept but no longer looked at.
  void drop(int rank);
  // Undoes drop(): what was under way is looked at again, in its order.
  void take_back(int rank);
  // Ranks that MPI knows to have ended.
  [[nodiscard]] const std::set<int>& failed() {
    failed_.look();
    return failed_.known();
  }
  [[nodiscard]] bool dropped(int rank) const { return dropped_.contains(rank); }
  // Tests what is under way once; returns whether everything has left.
  bool all_sent();

 private:
  struct Transfer {
    int rank;
    MPI_Request request;
    std::vector<std::byte> bytes;
  };

  void start_receiving();
  // Moves the transfers of one rank behind those in `to`; their order stays.
  static void move_of_rank(std::deque<Transfer>& from, std::deque<Transfer>& to, int rank);

  MPI_Comm communicator_;
  int tag_;
  FailedRanks& failed_;
  std::deque<Transfer> outgoing_;
  std::deque<Transfer> incoming_;
  // Of dropped ranks: MPI may still read from and write to these.
  std::deque<Transfer> stuck_outgoing_;
  std::deque<Transfer> stuck_incoming_;
  std::set<int> dropped_;
};

}  // namespace headsweep::orchestrator
