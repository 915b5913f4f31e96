#include "orchestrator/agent_threads.h"

#include <exception>

namespace headsweep::orchestrator {

AgentThreads::AgentThreads(LocalTransport& transport, const agent::AgentOptions& common,
                           const std::vector<agent::TrainerDevice>& devices)
    : transport_(transport) {
  for (protocol::WorkerId worker = 1; worker <= transport.workers().count(); ++worker) {
    agent::AgentOptions options = common;
    options.device = devices.at(static_cast<std::size_t>(worker - 1));
    threads_.emplace_back([this, worker, options] { run(worker, options); });
  }
}

AgentThreads::~AgentThreads() {
  join();
}

std::optional<std::string> AgentThreads::join() {
  transport_.close();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  return error_;
}

void AgentThreads::run(protocol::WorkerId worker, agent::AgentOptions options) {
  protocol::CoordinatorLink& link = transport_.coordinator(worker);
  try {
    options.local_worker_index = worker - 1;
    // How it ended shows in what it told the coordinator.
    static_cast<void>(agent::run_agent(options, link));
  } catch (const std::exception& error) {
    link.send(protocol::WorkerGoodbye{});
    const std::scoped_lock lock(mutex_);
    if (!error_) error_ = "worker " + std::to_string(worker) + " ended early: " + error.what();
  }
}

}  // namespace headsweep::orchestrator
