#include "worker/fused/thread_team.h"

#include <utility>

namespace headsweep::fused {

ThreadTeam::ThreadTeam(std::size_t threads) {
  for (std::size_t thread = 1; thread < threads; ++thread)
    workers_.emplace_back([this, thread] { serve(thread); });
}

ThreadTeam::~ThreadTeam() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  begins_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadTeam::run(std::size_t jobs, const Work& work) {
  {
    const std::lock_guard lock(mutex_);
    work_ = &work;
    jobs_ = jobs;
    next_job_ = 0;
    busy_workers_ = workers_.size();
    ++round_;
  }
  begins_.notify_all();
  take_jobs(0);
  std::unique_lock lock(mutex_);
  ended_.wait(lock, [this] { return busy_workers_ == 0; });
  if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
}

void ThreadTeam::serve(std::size_t thread) {
  std::uint64_t done = 0;
  std::unique_lock lock(mutex_);
  while (true) {
    begins_.wait(lock, [&] { return stopping_ || round_ != done; });
    if (stopping_) return;
    done = round_;
    lock.unlock();
    take_jobs(thread);
    lock.lock();
    if (--busy_workers_ == 0) ended_.notify_one();
  }
}

void ThreadTeam::take_jobs(std::size_t thread) {
  for (std::size_t job = next_job_++; job < jobs_; job = next_job_++) {
    try {
      (*work_)(thread, job);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!thrown_) thrown_ = std::current_exception();
    }
  }
}

}  // namespace headsweep::fused
