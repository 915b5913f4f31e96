// The store: one SQLite file that holds a sweep, its trials and their results, and the folder STORE.d beside it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/messages.h"
#include "results/owner_lock.h"
#include "sweep/plan.h"
#include "sweep/shard.h"

namespace SQLite {
class Database;
}

namespace headsweep::results {

inline constexpr std::int32_t kApplicationId = 0x48535750;  // "HSWP"
inline constexpr int kSchemaVersion = 3;

// planned, running, done, failed, cancelled, pruned: architecture's honest states.
enum class TrialState : std::uint8_t { kPlanned, kRunning, kDone, kFailed, kCancelled, kPruned };
std::string_view to_text(TrialState state);

// STORE.d: models/, checkpoints/, logs/, owner lock.
std::filesystem::path store_folder(const std::filesystem::path& store);

// A trial that still has to be trained.
struct OpenTrial {
  protocol::TrialId trial;
  std::string key;
  trial::Settings settings;
  std::int64_t parameters;       // as planned
  std::int64_t failed_attempts;  // of earlier runs: those that count against the trial
  bool alone = false;            // it failed together with others in one of them
};

// What a run needs to know of the store it writes to.
struct FrozenSweep {
  std::int64_t sweep;  // its row
  std::string name;
  std::string hash;
  std::vector<OpenTrial> open;  // in plan order
  std::int64_t trials;          // all
  std::int64_t done;
  std::int64_t failed;  // for good
  protocol::AttemptId next_attempt;
  // One line for the person if kExtend changed the plan, else empty:
  // "amended: seeds: 2 -> 3; 8 trials reused, 4 planned, 0 pruned".
  std::string amendment;
};

// More trials that a sweep with [replicate] asks for.
struct Replication {
  std::vector<OpenTrial> open;
  std::string said;  // one line for the person; empty: there was nothing to decide
};

enum class IfChanged : std::uint8_t { kRefuse, kExtend };

// The store opened by its one owner, for writing. Takes the owner lock first (a file of its own in STORE.d with
// host, pid, start time and a beat), waiting as OwnerPatience says; creates the file and its schema if there is none; migrates an older schema. Attempts left 'running' by a lost run become
// 'interrupted'. Throws UserError with one line: another application's file, newer schema, read-only, full,
// damaged, no regular file, owned by a live run (host, pid, since).
class OwnedStore {
 public:
  explicit OwnedStore(const std::filesystem::path& store, const OwnerPatience& patience = {});
  ~OwnedStore();
  OwnedStore(OwnedStore&&) noexcept;
  OwnedStore& operator=(OwnedStore&&) noexcept;

  // Writes the plan into an empty store, or compares its hash to the frozen one. A difference is refused with its
  // description (sweep::describe_difference), or with kExtend logged as an amendment: finished trials are reused by
  // key, trials no longer in the plan become pruned, new ones are planned; refused if that would prune a trial that
  // is done, or change what is tested (sweep::describe_change_of_tests) once there are results.
  // `expand` makes the plan; it is not called when the hash is equal (resuming does not expand again).
  // With `shard` the store holds only that part of the plan, and no run of another part or of the whole may use it.
  // Throws StoppedWaiting, with nothing written, once OwnerPatience::is_stopped says so: a million trials take a minute.
  FrozenSweep freeze(const sweep::Sweep& sweep, IfChanged if_changed,
                     const std::function<sweep::Plan()>& expand,
                     const std::optional<sweep::Shard>& shard = {});

  // Once all trials of a sweep with [replicate] have ended: plans as many more seeds as its rule asks for, logs that as
  // an amendment and returns their trials. Decides once; nothing before that, and nothing afterwards.
  Replication replicate(const sweep::Sweep& sweep);

  // Throws UserError once the store was taken over: nothing is to be written any more. Any thread; cheap. Commits ask by
  // themselves, whoever makes them: they fail then (describe_problem()).
  void require_owned() const;

  [[nodiscard]] const std::filesystem::path& path() const;
  SQLite::Database& database();  // for the writer, one thread at a time

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace headsweep::results
