#include "orchestrator/mpi_session.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include <mpi.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "errors/check.h"
#include "errors/user_error.h"
#include "orchestrator/bad_message.h"
#include "orchestrator/idle_wait.h"
#include "orchestrator/mpi_error.h"
#include "orchestrator/mpi_links.h"
#include "orchestrator/mpi_messages.h"
#include "orchestrator/process_deadline.h"

namespace headsweep::orchestrator {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

constexpr int kMessageTag = 1;
constexpr int kVerdictTag = 2;  // rank 0 to all at the end: one byte
constexpr std::byte kFinalizeVerdict{1};
constexpr std::byte kLeaveVerdict{2};

// Nanoseconds by which a wait may be late. The kernel's own 50 us are as long as the shortest waits for messages.
constexpr unsigned long kTimerSlack = 1000;

constexpr seconds kMeeting{120};         // long enough for the start of thousands of ranks
constexpr seconds kFinalize{20};         // all have said goodbye, or are gone
constexpr seconds kGoodbyes{20};         // rank 0 waits for the goodbyes that the scheduler did not see
constexpr seconds kLastMessages{10};     // own messages still under way at the end
constexpr seconds kVerdictSilence{120};  // no word from rank 0: heartbeats come to the end of the run

// What all ranks do together, as the run begins: the one time that none may be lost.
void require_success(int code, const char* call) {
  if (code == MPI_SUCCESS) return;
  throw UserError(
      std::string(call) + " failed (" + mpi_error_text(code) +
      "): a rank was lost as the run began, or MPI cannot be used; run the same command again, or "
      "see 'headsweep doctor'");
}

// The ranks have to meet while it lives.
ProcessDeadline meeting_deadline() {
  return {kMeeting,
          "the ranks did not meet within " + std::to_string(kMeeting.count()) +
              " s: a rank was lost as the run began; run the same command again",
          EXIT_FAILURE};
}

MPI_Comm own_communicator() {
  MPI_Comm communicator = MPI_COMM_NULL;
  require_success(MPI_Comm_dup(MPI_COMM_WORLD, &communicator), "MPI_Comm_dup");
  // A failed peer is an event, not the end of this process.
  require_success(MPI_Comm_set_errhandler(communicator, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  return communicator;
}

int rank_in(MPI_Comm communicator) {
  int rank = 0;
  require_success(MPI_Comm_rank(communicator, &rank), "MPI_Comm_rank");
  return rank;
}

int size_of(MPI_Comm communicator) {
  int size = 0;
  require_success(MPI_Comm_size(communicator, &size), "MPI_Comm_size");
  return size;
}

// The ranks of this rank's host, in their order. To be freed.
MPI_Comm host_communicator(int rank) {
  MPI_Comm host = MPI_COMM_NULL;
  require_success(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank, MPI_INFO_NULL, &host),
                  "MPI_Comm_split_type");
  return host;
}

int lowest_rank(MPI_Comm communicator, int rank) {
  int lowest = rank;
  require_success(MPI_Allreduce(&rank, &lowest, 1, MPI_INT, MPI_MIN, communicator), "MPI_Allreduce");
  return lowest;
}

// The text of every rank, in their order.
std::vector<std::string> gather_texts(MPI_Comm communicator, const std::string& own) {
  const int length = static_cast<int>(own.size());
  std::vector<int> lengths(static_cast<std::size_t>(size_of(communicator)));
  require_success(MPI_Allgather(&length, 1, MPI_INT, lengths.data(), 1, MPI_INT, communicator),
                  "MPI_Allgather");
  std::vector<int> begins(lengths.size());
  std::exclusive_scan(lengths.begin(), lengths.end(), begins.begin(), 0);
  std::string all(static_cast<std::size_t>(begins.back() + lengths.back()), '\0');
  require_success(MPI_Allgatherv(own.data(), length, MPI_CHAR, all.data(), lengths.data(), begins.data(),
                                 MPI_CHAR, communicator),
                  "MPI_Allgatherv");
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    texts.push_back(all.substr(static_cast<std::size_t>(begins[i]), static_cast<std::size_t>(lengths[i])));
  }
  return texts;
}

// The ranks of this rank's host.
struct Host {
  // 0-based number among the workers; rank 0, if it is here, comes first and is none.
  std::int64_t local_worker_index;
  int ranks;
};

Host look_at_host(int rank) {
  MPI_Comm node = host_communicator(rank);
  int node_rank = 0;
  MPI_Comm_rank(node, &node_rank);
  const bool has_coordinator = lowest_rank(node, rank) == 0;
  int ranks = 0;
  MPI_Comm_size(node, &ranks);
  MPI_Comm_free(&node);
  return {has_coordinator ? node_rank - 1 : node_rank, ranks};
}

struct InitializedMpi {
  InitializedMpi() {
    int provided = MPI_THREAD_SINGLE;
    require_success(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
    // Else MPI ends the process without a word of ours.
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    if (provided < MPI_THREAD_FUNNELED)
      throw UserError("this MPI offers no MPI_THREAD_FUNNELED; use another build");
  }
};

}  // namespace

struct MpiSession::Impl {
  InitializedMpi initialized;
  MPI_Comm communicator = own_communicator();
  int rank = rank_in(communicator);
  int size = size_of(communicator);
  Host host = look_at_host(rank);
  FailedRanks failed{communicator};
  MpiMessages messages{communicator, kMessageTag, failed};
  MpiMessages verdicts{communicator, kVerdictTag, failed};
  MpiWorkerLinks worker_links{messages, size - 1};
  MpiCoordinatorLink coordinator_link{messages};

  void dismiss_workers();
  bool announce_verdict();
  bool await_verdict();
  bool flush();
};

// Workers that the scheduler did not see off: rank 0 ended before or outside a run.
void MpiSession::Impl::dismiss_workers() {
  for (const protocol::WorkerId worker : worker_links.here()) worker_links.send(worker, protocol::Shutdown{});
  const Clock::time_point deadline = Clock::now() + kGoodbyes;
  IdleWait idle;
  while (!worker_links.here().empty() && Clock::now() < deadline) {
    try {
      if (worker_links.receive()) {
        idle.reset();
      } else {
        idle.wait();
      }
    } catch (const BadMessage& bad) {
      worker_links.abandon(bad.worker());
    }
  }
}

bool MpiSession::Impl::announce_verdict() {
  dismiss_workers();
  const bool finalize = worker_links.everyone_left();
  for (int worker = 1; worker < size; ++worker) {
    if (!messages.dropped(worker)) verdicts.send(worker, {finalize ? kFinalizeVerdict : kLeaveVerdict});
  }
  return flush() && finalize;
}

bool MpiSession::Impl::await_verdict() {
  if (!coordinator_link.said_goodbye()) coordinator_link.send(protocol::WorkerGoodbye{});
  Clock::time_point deadline = Clock::now() + kVerdictSilence;
  IdleWait idle;
  while (Clock::now() < deadline) {
    if (const std::optional<RankMessage> verdict = verdicts.receive()) {
      return flush() && verdict->bytes == std::vector{kFinalizeVerdict};
    }
    if (coordinator_link.has_ended()) return false;
    if (messages.receive()) {  // only a sign of life
      deadline = Clock::now() + kVerdictSilence;
    } else {
      idle.wait();
    }
  }
  return false;
}

bool MpiSession::Impl::flush() {
  const Clock::time_point deadline = Clock::now() + kLastMessages;
  IdleWait idle;
  while (!messages.all_sent() || !verdicts.all_sent()) {
    if (Clock::now() >= deadline) return false;
    idle.wait();
  }
  return true;
}

MpiSession::MpiSession() {
  prctl(PR_SET_TIMERSLACK, kTimerSlack);
  const ProcessDeadline deadline = meeting_deadline();
  try {
    impl_ = std::make_unique<Impl>();
  } catch (const UserError& error) {  // MPI's own end might wait for the one that is lost
    std::fprintf(stderr, "headsweep: %s\n", error.what());
    leave_at_once(EXIT_FAILURE);
  }
}

MpiSession::~MpiSession() = default;

std::int64_t MpiSession::rank() const {
  return impl_->rank;
}

std::int64_t MpiSession::workers() const {
  return impl_->size - 1;
}

std::int64_t MpiSession::local_worker_index() const {
  check(impl_->rank > 0, "rank 0 is no worker");
  return impl_->host.local_worker_index;
}

std::vector<std::string> MpiSession::share_on_host(const std::string& text) const {
  const ProcessDeadline deadline = meeting_deadline();
  MPI_Comm host = host_communicator(impl_->rank);
  std::vector<std::string> texts = gather_texts(host, text);
  const bool has_coordinator = lowest_rank(host, impl_->rank) == 0;
  MPI_Comm_free(&host);
  if (has_coordinator) texts.erase(texts.begin());
  return texts;
}

bool MpiSession::on_one_host() const {
  return impl_->host.ranks == impl_->size;
}

protocol::WorkerLinks& MpiSession::worker_links() {
  check(impl_->rank == 0, "only rank 0 has lines to the workers");
  return impl_->worker_links;
}

protocol::CoordinatorLink& MpiSession::coordinator_link() {
  check(impl_->rank > 0, "rank 0 has no line to itself");
  return impl_->coordinator_link;
}

int MpiSession::end(int exit_code) {
  bool finalize = false;
  try {
    finalize = impl_->rank == 0 ? impl_->announce_verdict() : impl_->await_verdict();
  } catch (const UserError& error) {
    std::fprintf(stderr, "headsweep: %s\n", error.what());
  }
  if (!finalize) leave_at_once(exit_code);
  const ProcessDeadline deadline(kFinalize, "", exit_code);
  MPI_Comm_free(&impl_->communicator);
  MPI_Finalize();
  return exit_code;
}

void MpiSession::leave_at_once(int exit_code) {
  std::fflush(nullptr);
  _exit(exit_code);
}

}  // namespace headsweep::orchestrator
