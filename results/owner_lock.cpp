#include "results/owner_lock.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <thread>
#include <utility>

#include <unistd.h>

#include "results/clock.h"
#include "results/lock_file.h"
#include "results/owner_beat.h"

namespace headsweep::results {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPollInterval = std::chrono::milliseconds(20);
constexpr auto kLookInterval = std::chrono::milliseconds(100);  // at a beat

// What was seen of an owner while it was watched.
enum class Beat : std::uint8_t { kGoesOn, kSilent, kGone };

std::string refusal(const std::filesystem::path& store, const std::string& who) {
  return store.string() + " is in use by " + who + ": wait until it ends (headsweep status " +
         store.string() + "), stop it, or give another --store";
}

std::string seconds_of(std::chrono::milliseconds time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
}

void stop_if_asked(const OwnerPatience& patience, const std::filesystem::path& store,
                   const std::string& owner) {
  if (!patience.is_stopped()) return;
  throw StoppedWaiting("stopped while it was waiting for " + owner + ", which has " + store.string());
}

// Until it beats or was seen not to for as long as `patience` says, a look every kLookInterval: between two looks that lie
// further apart this process may have been stopped, and knows nothing of that time. kGone: it is dead, or the text another's or
// empty.
Beat watch(const std::filesystem::path& file, const std::filesystem::path& store, const Owner& owner,
           const OwnerPatience& patience) {
  bool told = false;
  const Clock::time_point began = Clock::now();
  for (auto looked = 0 * kLookInterval; looked < patience.silence || Clock::now() - began < patience.silence;
       looked += kLookInterval) {
    stop_if_asked(patience, store, describe(owner));
    std::this_thread::sleep_for(kLookInterval);
    const std::optional<Owner> found = read_owner(file);
    if (!found || !is_same_process(*found, owner) || is_known_dead(owner)) return Beat::kGone;
    if (found->beat != owner.beat) return Beat::kGoesOn;
    if (std::exchange(told, true)) continue;
    patience.tell(store.string() + " belongs to " + describe(owner) + ": waiting up to " +
                  seconds_of(patience.silence) + " for a sign of life of it");
  }
  return Beat::kSilent;
}

// The lock is another's. Returns once it is worth another try.
void wait_for_holder(const std::filesystem::path& file, const std::filesystem::path& store,
                     const OwnerPatience& patience, Clock::time_point deadline) {
  const std::optional<Owner> owner = read_owner(file);
  if (owner && owner->host != host_name()) {
    const Beat beat = watch(file, store, *owner, patience);
    if (beat == Beat::kGoesOn) throw UserError(refusal(store, describe(*owner)));
    if (beat == Beat::kGone) return;
    throw UserError(store.string() + " is locked by " + describe(*owner) +
                    ", which gave no sign of life for " + seconds_of(patience.silence) + " (its last: " +
                    owner->beat + "): if it is gone and only the file server keeps its lock, remove " +
                    file.string() + " and run this command again");
  }
  if (Clock::now() >= deadline) throw UserError(refusal(store, owner ? describe(*owner) : "another run"));
  stop_if_asked(patience, store, owner ? describe(*owner) : "another run");
  std::this_thread::sleep_for(kPollInterval);
}

LockFile locked_file(const std::filesystem::path& file, const std::filesystem::path& store,
                     const OwnerPatience& patience) {
  const Clock::time_point deadline = Clock::now() + patience.ending;
  LockFile locked(file);
  while (true) {
    const bool is_locked = locked.try_lock();
    if (!locked.is_still_there()) {  // somebody followed the advice above
      locked = LockFile(file);
    } else if (is_locked) {
      return locked;
    } else {
      wait_for_holder(file, store, patience, deadline);
    }
  }
}

// Whoever the text names; throws UserError if it may be alive although its lock is free.
std::optional<Owner> predecessor_of(const std::filesystem::path& file, const std::filesystem::path& store,
                                    const OwnerPatience& patience) {
  std::optional<Owner> owner = read_owner(file);
  while (owner && !is_known_dead(*owner)) {
    const Beat beat = watch(file, store, *owner, patience);
    if (beat == Beat::kGoesOn) throw UserError(refusal(store, describe(*owner)));
    if (beat == Beat::kSilent) break;
    owner = read_owner(file);
  }
  return owner;
}

// A reader finds the new line in front of what may be left of the old one, never nothing.
void write_owner(int descriptor, const std::filesystem::path& file, const Owner& own) {
  const std::string text = to_text(own);
  const auto size = static_cast<ssize_t>(text.size());
  if (pwrite(descriptor, text.data(), text.size(), 0) == size && ftruncate(descriptor, size) == 0 &&
      fsync(descriptor) == 0)
    return;
  throw UserError("cannot write " + file.string() + ": " + std::strerror(errno));
}

// Hosts that do not see each other's locks may both have found the same owner silent and written their names: the last one has
// the store.
void require_settled(const std::filesystem::path& file, const std::filesystem::path& store, const Owner& own,
                     const OwnerPatience& patience) {
  std::this_thread::sleep_for(patience.settling);
  const std::optional<Owner> found = read_owner(file);
  if (found && is_same_process(*found, own)) return;
  throw UserError(refusal(store, found ? describe(*found) : "another run"));
}

}  // namespace

struct OwnerLock::Impl {
  LockFile locked;
  std::optional<Owner> predecessor;
  Owner own = this_process();
  std::optional<OwnerBeat> beat;

  Impl(const std::filesystem::path& file, const std::filesystem::path& store, const OwnerPatience& patience)
      : locked(locked_file(file, store, patience)), predecessor(predecessor_of(file, store, patience)) {
    write_owner(locked.descriptor(), file, own);
    if (predecessor && !is_known_dead(*predecessor)) require_settled(file, store, own, patience);
    beat.emplace(file, locked.descriptor(), own, patience.interval);
  }
};

OwnerLock::OwnerLock(const std::filesystem::path& file, const std::filesystem::path& store,
                     const OwnerPatience& patience)
    : impl_(std::make_unique<Impl>(file, store, patience)) {}

OwnerLock::~OwnerLock() {
  const bool is_lost = impl_->beat->is_lost_by_now();
  impl_->beat.reset();
  if (is_lost) return;  // the text is another's
  // A full disk cannot stop this; if it failed the next owner would only report a predecessor.
  [[maybe_unused]] const int emptied = ftruncate(impl_->locked.descriptor(), 0);
}

const std::optional<Owner>& OwnerLock::predecessor() const {
  return impl_->predecessor;
}

bool OwnerLock::is_lost() const {
  return impl_->beat->is_lost();
}

std::optional<Owner> current_owner(const std::filesystem::path& file) {
  if (!LockFile::is_locked(file)) return std::nullopt;
  return read_owner(file).value_or(Owner{"unknown", 0, "unknown"});
}

}  // namespace headsweep::results
