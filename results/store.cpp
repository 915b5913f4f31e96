#include "results/store.h"

#include <optional>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include "errors/check.h"
#include "errors/user_error.h"
#include "results/connection.h"
#include "results/freeze.h"
#include "results/owner_lock.h"
#include "results/recovery.h"
#include "results/replicate.h"
#include "results/schema.h"

namespace headsweep::results {
namespace {

std::filesystem::path create_folder(const std::filesystem::path& store) {
  const std::filesystem::path folder = store_folder(store);
  std::error_code error;
  std::filesystem::create_directory(folder, error);
  if (error) {
    throw UserError("cannot create " + folder.string() + " beside the store: " + error.message() +
                    "; give a --store in a folder that exists and can be written");
  }
  return folder;
}

// Ends what SQLite does in its lifetime with SQLITE_INTERRUPT once `is_stopped` says so.
class StoppableSql {
 public:
  StoppableSql(SQLite::Database& database, const std::function<bool()>& is_stopped)
      : handle_(database.getHandle()), is_stopped_(is_stopped) {
    constexpr int kInstructions = 1000;
    sqlite3_progress_handler(handle_, kInstructions, &is_over, this);
  }
  ~StoppableSql() { sqlite3_progress_handler(handle_, 0, nullptr, nullptr); }
  StoppableSql(const StoppableSql&) = delete;
  StoppableSql& operator=(const StoppableSql&) = delete;

 private:
  static int is_over(void* self) { return static_cast<StoppableSql*>(self)->is_stopped_() ? 1 : 0; }

  sqlite3* handle_;
  const std::function<bool()>& is_stopped_;
};

[[noreturn]] void throw_explained(const SQLite::Exception& error, const std::filesystem::path& store) {
  if (error.getErrorCode() == SQLITE_INTERRUPT)
    throw StoppedWaiting("stopped while " + store.string() + " was prepared; the same command goes on");
  throw UserError(describe_problem(error, store));
}

}  // namespace

std::string_view to_text(TrialState state) {
  switch (state) {
    case TrialState::kPlanned:
      return "planned";
    case TrialState::kRunning:
      return "running";
    case TrialState::kDone:
      return "done";
    case TrialState::kFailed:
      return "failed";
    case TrialState::kCancelled:
      return "cancelled";
    case TrialState::kPruned:
      return "pruned";
  }
  check(false, "unknown trial state");
  return {};
}

std::filesystem::path store_folder(const std::filesystem::path& store) {
  std::filesystem::path folder = store;
  return folder += ".d";
}

struct OwnedStore::Impl {
  std::filesystem::path path;
  std::function<bool()> is_stopped;
  OwnerLock lock;
  SQLite::Database database;
  bool is_store = false;  // nothing but reading happens to a file that is none

  Impl(const std::filesystem::path& store, const OwnerPatience& patience)
      : path(store),
        is_stopped(patience.is_stopped),
        lock(create_folder(store) / "owner", store, patience),
        database(open_for_writing(store)) {
    refuse_commits_once_lost(database, lock);
  }
  ~Impl() {
    if (is_store && !lock.is_lost()) close_journal(database);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
};

OwnedStore::OwnedStore(const std::filesystem::path& store, const OwnerPatience& patience) {
  require_store_or_nothing(store);
  impl_ = std::make_unique<Impl>(store, patience);
  try {
    const StoppableSql stoppable(impl_->database, impl_->is_stopped);
    check_contents(impl_->database, store);
    migrate(impl_->database);
    impl_->is_store = true;
    set_journal(impl_->database, store);
    recover_lost_run(impl_->database, impl_->lock.predecessor());
  } catch (const SQLite::Exception& error) {
    throw_explained(error, store);
  }
}

OwnedStore::~OwnedStore() = default;
OwnedStore::OwnedStore(OwnedStore&&) noexcept = default;
OwnedStore& OwnedStore::operator=(OwnedStore&&) noexcept = default;

FrozenSweep OwnedStore::freeze(const sweep::Sweep& sweep, IfChanged if_changed,
                               const std::function<sweep::Plan()>& expand,
                               const std::optional<sweep::Shard>& shard) {
  try {
    const StoppableSql stoppable(impl_->database, impl_->is_stopped);
    return freeze_sweep(impl_->database, impl_->path, sweep, if_changed, expand, shard);
  } catch (const SQLite::Exception& error) {
    throw_explained(error, impl_->path);
  }
}

Replication OwnedStore::replicate(const sweep::Sweep& sweep) {
  try {
    const StoppableSql stoppable(impl_->database, impl_->is_stopped);
    return replicate_sweep(impl_->database, impl_->path, sweep);
  } catch (const SQLite::Exception& error) {
    throw_explained(error, impl_->path);
  }
}

void OwnedStore::require_owned() const {
  if (!impl_->lock.is_lost()) return;
  throw UserError(taken_over(impl_->path));
}

const std::filesystem::path& OwnedStore::path() const {
  return impl_->path;
}

SQLite::Database& OwnedStore::database() {
  return impl_->database;
}

}  // namespace headsweep::results
