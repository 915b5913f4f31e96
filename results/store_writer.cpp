#include "results/store_writer.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

#include "errors/user_error.h"
#include "results/connection.h"
#include "results/recorder.h"

namespace headsweep::results {
namespace {

constexpr std::size_t kQueueBound = 4096;
constexpr std::size_t kMaxTrials = 1000;  // in one transaction
constexpr auto kMaxDuration = std::chrono::milliseconds(100);
using Clock = std::chrono::steady_clock;

}  // namespace

struct StoreWriter::Impl {
  OwnedStore& store;
  const std::int64_t sweep;

  mutable std::mutex mutex;
  std::condition_variable changed;
  // Under the mutex:
  std::deque<Record> queue;
  std::vector<protocol::AttemptId> committed;
  std::optional<std::string> failure;
  bool finishing = false;
  const sweep::Sweep* to_replicate = nullptr;  // asked for and not yet begun
  std::optional<Replication> replication;
  bool is_replicating = false;  // asked for and not yet answered

  std::thread thread;

  Impl(OwnedStore& owned, std::int64_t sweep_row) : store(owned), sweep(sweep_row) {}

  void run();
  void write_until_finished();
  bool wait_for_work();
  std::deque<Record> take_queue();
  void replicate_if_asked();
  void write(std::deque<Record>& batch, Recorder& recorder);
  void catch_up_while_idle(Recorder& recorder);
};

// Collects records for up to 100 ms from the first: at most ten commits a second while results trickle in, whole
// batches while they pour. False: finished.
bool StoreWriter::Impl::wait_for_work() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return finishing || !queue.empty() || to_replicate != nullptr; });
  const auto full = [&] { return finishing || queue.size() >= kMaxTrials || to_replicate != nullptr; };
  changed.wait_until(lock, Clock::now() + kMaxDuration, full);
  return !finishing || !queue.empty();
}

std::deque<Record> StoreWriter::Impl::take_queue() {
  const std::lock_guard lock(mutex);
  return std::exchange(queue, {});
}

// Writes the front of the batch in one transaction: at most 1,000 results, no longer than 100 ms.
void StoreWriter::Impl::write(std::deque<Record>& batch, Recorder& recorder) {
  const auto deadline = Clock::now() + kMaxDuration;
  std::vector<protocol::AttemptId> results;
  store.require_owned();
  SQLite::Transaction transaction(store.database(), SQLite::TransactionBehavior::IMMEDIATE);
  while (!batch.empty() && results.size() < kMaxTrials && Clock::now() < deadline) {
    recorder.apply(batch.front());
    if (const auto* succeeded = std::get_if<AttemptSucceeded>(&batch.front()))
      results.push_back(succeeded->attempt);
    batch.pop_front();
  }
  recorder.finish();
  transaction.commit();
  const std::lock_guard lock(mutex);
  committed.insert(committed.end(), results.begin(), results.end());
}

// Brings running sums and tests up to date a piece at a time, until there is something to write again.
void StoreWriter::Impl::catch_up_while_idle(Recorder& recorder) {
  while (recorder.can_catch_up()) {
    {
      const std::lock_guard lock(mutex);
      if (!queue.empty() || to_replicate != nullptr) return;
    }
    store.require_owned();
    SQLite::Transaction transaction(store.database(), SQLite::TransactionBehavior::IMMEDIATE);
    recorder.catch_up_some();
    transaction.commit();
  }
}

// A run that ends does not wait for it: the next one asks again.
void StoreWriter::Impl::replicate_if_asked() {
  const sweep::Sweep* asked = nullptr;
  {
    const std::lock_guard lock(mutex);
    asked = std::exchange(to_replicate, nullptr);
    if (finishing) return;
  }
  if (asked == nullptr) return;
  store.require_owned();
  try {
    Replication more = store.replicate(*asked);
    const std::lock_guard lock(mutex);
    replication = std::move(more);
  } catch (const StoppedWaiting&) {
    // The run ends.
  }
}

void StoreWriter::Impl::write_until_finished() {
  Recorder recorder(store.database(), sweep);
  while (wait_for_work()) {
    std::deque<Record> batch = take_queue();
    while (!batch.empty()) write(batch, recorder);
    replicate_if_asked();
    catch_up_while_idle(recorder);
  }
}

void StoreWriter::Impl::run() {
  std::string problem;
  try {
    write_until_finished();
    return;
  } catch (const SQLite::Exception& error) {
    problem = describe_problem(error, store.path());
  } catch (const UserError& error) {
    problem = error.what();
  } catch (const std::exception& error) {
    problem = "store " + store.path().string() + " cannot be written: " + error.what();
  }
  const std::lock_guard lock(mutex);
  failure = problem;
  queue.clear();
}

StoreWriter::StoreWriter(OwnedStore& store, std::int64_t sweep)
    : impl_(std::make_unique<Impl>(store, sweep)) {
  impl_->thread = std::thread(&Impl::run, impl_.get());
}

StoreWriter::~StoreWriter() {
  try {
    finish();
  } catch (const std::exception&) {
    // Whoever wants to know calls finish() or failure().
  }
}

bool StoreWriter::has_room() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->queue.size() < kQueueBound;
}

void StoreWriter::submit(Record record) {
  std::size_t queued = 0;
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->failure) return;
    impl_->queue.push_back(std::move(record));
    queued = impl_->queue.size();
  }
  if (queued == 1 || queued == kMaxTrials) impl_->changed.notify_one();  // what the thread waits for
}

std::vector<protocol::AttemptId> StoreWriter::take_committed() {
  const std::lock_guard lock(impl_->mutex);
  return std::exchange(impl_->committed, {});
}

std::optional<std::string> StoreWriter::failure() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->failure;
}

std::optional<Replication> StoreWriter::replicate(const sweep::Sweep& sweep) {
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->replication) {
      impl_->is_replicating = false;
      return std::exchange(impl_->replication, std::nullopt);
    }
    if (std::exchange(impl_->is_replicating, true)) return std::nullopt;
    impl_->to_replicate = &sweep;
  }
  impl_->changed.notify_one();
  return std::nullopt;
}

void StoreWriter::finish() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->finishing = true;
  }
  impl_->changed.notify_one();
  if (impl_->thread.joinable()) impl_->thread.join();
  if (const auto problem = failure()) throw UserError(*problem);
}

}  // namespace headsweep::results
