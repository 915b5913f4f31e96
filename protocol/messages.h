// Every message between coordinator and agents, and between an agent and its trainer.
//
// Encoding: one CBOR map (RFC 8949) {"v": kProtocolVersion, "kind": name, fields...} in one fixed form:
// fields in the order below, shortest heads, definite lengths, reals as 64-bit floats, bit for bit. Any CBOR
// library reads it. Settings are text (canonical JSON), enumerations their to_text(), metric summaries one
// array with an item a metric: null (n = 0) or [mean, std, n, censored], metric values the same with null
// (undefined) or the value. Decoding is strict: another version,
// an unknown kind, a missing, extra, misplaced or mistyped field is a DecodeError that names it, and what
// decodes encodes to the same bytes. On pipes a frame is a 4-byte little-endian length (at most
// kMaxFrameBytes) and that many bytes of CBOR.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/trial_result.h"
#include "trial/settings.h"

namespace headsweep::protocol {

inline constexpr int kProtocolVersion = 3;
inline constexpr std::size_t kMaxFrameBytes = std::size_t{64} << 20;

using TrialId = std::int64_t;    // 1-based number of the trial in its plan; primary key in the store
using AttemptId = std::int64_t;  // one number space, assigned by the coordinator, never used twice in a store

// One trial to be trained once. A bundle is a vector of these with equal shapes.
struct Assignment {
  AttemptId attempt;
  TrialId trial;
  std::string key;
  trial::Settings settings;
  std::int64_t parameters;  // as the plan counts them; a trainer whose model has others refuses the trial
  bool keep_model;          // write the final weights to models/
};

// A worker's place among those that train one trial together, each a part of every batch, under one attempt: a
// gang. Member 0 measures, keeps checkpoints and answers for the trial.
struct GangPlace {
  std::int64_t member;   // 0 .. members - 1
  std::int64_t members;  // at least 2
  bool one_host;         // whether all of them are on one
};

// Why an attempt ended without a result.
enum class EndReason : std::uint8_t {
  kError,          // the trainer reported an error (message)
  kDiverged,       // NaN or infinite loss (message says the step)
  kTrainerKilled,  // by a signal
  kTrainerExited,  // by itself, before the trial was done
  kTrainerHung,    // no progress within the deadline; killed by its agent
  kTimeout,        // longer than trial_timeout; killed by its agent
  kBadFrames,      // the trainer wrote something that is no message
  kCannotStart,    // the trainer could not be started
  kWorkerLost,     // not the trial's fault
  kStopped,        // walltime, signal, pre-emption: not the trial's fault
  kGangLost,       // other members of its gang are gone, silent or late: not the trial's fault
  kCannotWrite,    // a file of the store's folder, its disk being full or broken: not the trial's fault
};
std::string_view to_text(EndReason reason);
// Interruptions do not count against the retry limit of a trial.
bool is_interruption(EndReason reason);

// ---- agent -> coordinator

struct WorkerHello {
  std::string host;
  std::int64_t pid;
  std::string device;
  std::int64_t threads;
};
struct WorkerHeartbeat {};
struct AttemptProgress {
  AttemptId attempt;
  std::int64_t step;
  double steps_per_second;
};
struct AttemptDone {
  AttemptId attempt;
  TrialResult result;
};
struct AttemptFailed {
  AttemptId attempt;
  EndReason reason;
  std::string message;  // one line
  std::optional<std::int64_t> signal = std::nullopt;
  std::optional<std::int64_t> exit_code = std::nullopt;
  std::string log_tail = {};  // last 50 lines
};
// Attempts handed back before they began, on recall or while stopping.
struct AttemptsReturned {
  std::vector<AttemptId> attempts;
};
struct StackChosen {    // answers ChooseStack; also trainer -> agent
  std::int64_t trials;  // at least 1
};
struct WorkerGoodbye {};  // nothing more will come; every attempt is answered for

// ---- agent -> coordinator, and its trainer -> agent

// A member of a gang, not member 0, has done its part of the training: its answer.
struct MemberDone {
  AttemptId attempt;
};

// ---- from a trainer to other trainers, through their agents and the coordinator

// Where member 0 of a gang listens for the others.
struct GangAddress {
  AttemptId attempt;
  std::string host;
  std::int64_t port;
};

// ---- coordinator -> agent

// First message, once for every agent: all that it needs, so that nothing is read from disk by every rank.
struct Welcome {
  std::string store_folder;  // absolute STORE.d: logs/, models/, checkpoints/
  std::string device;        // auto | cpu | cuda
  std::int64_t threads;      // of the trainer
  std::string step;          // auto | eager | fused
  bool tf32;                 // of the fused step on a GPU: products on tensor cores
  double checkpoint_every_seconds;
  double trial_timeout_seconds;
  double heartbeat_seconds;
};
struct Assign {
  std::vector<Assignment> bundle;
  std::optional<GangPlace> gang = std::nullopt;  // of a bundle of one
};
// How many trials of these shapes, updates and measurements does the worker's device best train at once? At most one
// such question is open at a worker. Also agent -> trainer.
struct ChooseStack {
  trial::Settings settings;
};
struct
    Committed {  // these results are in the store; passed on to the trainer, which removes their checkpoints
  std::vector<AttemptId> attempts;
};
struct CoordinatorHeartbeat {};
struct Drain {  // finish nothing: checkpoint the running bundle, return what has not begun, say goodbye
  std::string why;
};
struct Shutdown {};  // all is done: say goodbye and end
// It was silent for longer than its lease and its attempts went to others: drop all that it has, say hello again.
struct GivenUp {};

// ---- coordinator -> agent, and agent -> trainer

// Other members of the gang are lost: answer that attempt at once, if not yet answered (kGangLost).
struct AbandonAttempt {
  AttemptId attempt;
  std::string why;
};

// ---- agent -> trainer

struct TrainBundle {
  std::vector<Assignment> bundle;
  std::string store_folder;
  double checkpoint_every_seconds;
  std::optional<GangPlace> gang = std::nullopt;  // of a bundle of one
};
struct StopTraining {};  // checkpoint, answer every trial with TrialStopped

// ---- trainer -> agent

struct TrainerHello {
  std::int64_t pid;
  std::string device;
  std::string libtorch;
};
// After the first step of a trial, then about every second (every step where steps take longer): the agent
// kills a trainer that stays silent.
struct TrialProgress {
  AttemptId attempt;
  std::int64_t step;
  double steps_per_second;
  bool writes =
      false;  // to the disk, from now to its next message: that may take as long as the file system does
};
struct TrialDone {
  AttemptId attempt;
  TrialResult result;
};
struct TrialError {
  AttemptId attempt;
  EndReason reason;  // kError, kDiverged, kCannotWrite; kGangLost: then the trainer is of no further use
  std::string message;
};
struct TrialStopped {
  AttemptId attempt;
  std::int64_t step;  // of the checkpoint; 0: none
};

using Message =
    std::variant<WorkerHello, WorkerHeartbeat, AttemptProgress, AttemptDone, AttemptFailed, AttemptsReturned,
                 WorkerGoodbye, MemberDone, GangAddress, Welcome, Assign, Committed, CoordinatorHeartbeat,
                 Drain, Shutdown, GivenUp, AbandonAttempt, TrainBundle, StopTraining, TrainerHello,
                 TrialProgress, TrialDone, TrialError, TrialStopped, ChooseStack, StackChosen>;

class DecodeError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

std::vector<std::byte> encode(const Message& message);
void append_encoded(std::vector<std::byte>& out, const Message& message);
Message decode(std::span<const std::byte> cbor);  // throws DecodeError

}  // namespace headsweep::protocol
