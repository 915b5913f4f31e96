// Threads that share the jobs of one piece of work at a time, and sleep in between.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace headsweep::fused {

class ThreadTeam {
 public:
  // The caller of run() is one of `threads` (at least 1); the others live as long as the team.
  explicit ThreadTeam(std::size_t threads);
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  // What to do: job number `job`, in thread number `thread` of the team.
  using Work = std::function<void(std::size_t thread, std::size_t job)>;

  // Does jobs 0 .. jobs-1, each once, in any order and thread; returns when all are done. The first thing that one of
  // them threw is thrown then. One call at a time.
  void run(std::size_t jobs, const Work& work);

  [[nodiscard]] std::size_t size() const { return workers_.size() + 1; }

 private:
  void serve(std::size_t thread);
  void take_jobs(std::size_t thread);

  std::mutex mutex_;
  std::condition_variable begins_;
  std::condition_variable ended_;
  std::uint64_t round_ = 0;
  std::size_t busy_workers_ = 0;
  bool stopping_ = false;
  const Work* work_ = nullptr;
  std::exception_ptr thrown_;  // the first of this round, under the mutex
  std::size_t jobs_ = 0;
  std::atomic<std::size_t> next_job_ = 0;
  std::vector<std::thread> workers_;
};

}  // namespace headsweep::fused
