#include "results/owner_beat.h"

#include <string>
#include <system_error>
#include <utility>

#include <unistd.h>

#include "results/clock.h"

namespace headsweep::results {

OwnerBeat::OwnerBeat(std::filesystem::path file, int descriptor, Owner own,
                     std::chrono::milliseconds interval)
    : file_(std::move(file)),
      descriptor_(descriptor),
      own_(std::move(own)),
      interval_(interval),
      seen_(since_boot()) {
  thread_ = std::thread(&OwnerBeat::beat_until_ended, this);
}

OwnerBeat::~OwnerBeat() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

bool OwnerBeat::was_seen_within(std::chrono::nanoseconds time) const {
  return since_boot() - seen_.load() <= time;
}

bool OwnerBeat::is_lost() {
  return is_lost_ || (!was_seen_within(2 * interval_) && is_lost_by_now());
}

bool OwnerBeat::is_lost_by_now() {
  const std::chrono::nanoseconds now = since_boot();
  if (is_lost_ || is_anothers()) return is_lost_ = true;
  seen_ = now;
  return false;
}

bool OwnerBeat::is_anothers() const {
  const std::optional<Owner> found = read_owner(file_);
  if (found) return !is_same_process(*found, own_);
  // A file that cannot be read for a moment says nothing.
  std::error_code error;
  const auto size = std::filesystem::file_size(file_, error);
  return error ? error == std::errc::no_such_file_or_directory : size == 0;
}

void OwnerBeat::beat_until_ended() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, interval_, [this] { return ending_; })) {
    lock.unlock();  // a file system may take its time
    renew();
    lock.lock();
  }
}

// In place and no longer than before, so that nobody finds half of it and a full disk is no obstacle. Not where this process was
// stopped since it looked: the text may be another's by now.
void OwnerBeat::renew() {
  if (is_lost_by_now()) return;
  own_.beat = utc_now();
  const std::string text = to_text(own_);
  if (!was_seen_within(interval_)) return;
  // A beat that cannot be written is missed by those who look, and the next one is tried in time.
  if (pwrite(descriptor_, text.data(), text.size(), 0) > 0) (void)fdatasync(descriptor_);
}

}  // namespace headsweep::results
