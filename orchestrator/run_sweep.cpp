#include "orchestrator/run_sweep.h"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include <sched.h>
#include <unistd.h>

#include "errors/user_error.h"
#include "orchestrator/agent_threads.h"
#include "orchestrator/coordinator.h"
#include "orchestrator/local_transport.h"
#include "results/store_writer.h"
#include "trial/parameters.h"
#include "worker/agent/run_agent.h"

namespace headsweep::orchestrator {
namespace {

constexpr double kHeartbeatSeconds = 1;

// Trainers of a run start one after the other, so that a shared file system does not have to send LibTorch to thousands of
// processes in one moment; within this time all the same.
constexpr double kSecondsBetweenStarts = 0.005;
constexpr double kLoadingSeconds = 0.4;  // LibTorch, from memory
constexpr double kLastStart = 10;

class StoreSink final : public RecordSink {
 public:
  explicit StoreSink(results::StoreWriter& writer) : writer_(writer) {}
  [[nodiscard]] bool has_room() const override { return writer_.has_room(); }
  void submit(results::Record record) override { writer_.submit(std::move(record)); }
  std::vector<protocol::AttemptId> take_committed() override { return writer_.take_committed(); }
  [[nodiscard]] std::optional<std::string> failure() const override { return writer_.failure(); }

 private:
  results::StoreWriter& writer_;
};

KeepModels keep_models(const FrozenRun& run) {
  const std::int64_t parameters = run.frozen.open.empty()
                                      ? 0
                                      : trial::count_parameters(run.frozen.open.front().settings.model)
                                            .total();  // the budget in every trial
  return {run.frozen.trials, parameters, run.sweep.seeds.front()};
}

SchedulerOptions scheduler_options(const FrozenRun& run, const RunOptions& options) {
  const sweep::Resources& resources = run.sweep.resources;
  return {
      .welcome = {.store_folder = std::filesystem::absolute(results::store_folder(run.store.path())).string(),
                  .device = options.device,
                  .threads = options.threads,
                  .step = options.step,
                  .tf32 = options.tf32,
                  .checkpoint_every_seconds = resources.checkpoint_every_seconds,
                  .trial_timeout_seconds = resources.trial_timeout_seconds,
                  .heartbeat_seconds = kHeartbeatSeconds},
      .keep_models = keep_models(run),
      .stack = options.stack,
      .gang = resources.gpus_per_trial,
      .retries = resources.retries,
      .may_grow = run.sweep.replicate.has_value(),
      .limit = options.limit};
}

// Nothing while the writer is at it.
std::optional<std::vector<results::OpenTrial>> replicate(const FrozenRun& run, results::StoreWriter& writer,
                                                         RunObserver& observer) {
  std::optional<results::Replication> more = writer.replicate(run.sweep);
  if (!more) return std::nullopt;
  if (!more->said.empty()) observer.on_record(results::Event{"replicated", more->said, {}, {}});
  return std::move(more->open);
}

Ending coordinate(FrozenRun run, const RunOptions& options, protocol::WorkerLinks& links,
                  const StopSignal& stop, RunObserver& observer) {
  results::StoreWriter writer(run.store, run.frozen.sweep);
  StoreSink sink(writer);
  const SchedulerOptions how = scheduler_options(run, options);
  Coordinator coordinator(
      Scheduler(how, std::move(run.frozen)), links, sink, observer, [&] { return stop.received(); },
      options.walltime_seconds, [&] { return replicate(run, writer, observer); });
  const Ending ending = coordinator.run();
  writer.finish();
  return ending;
}

agent::AgentOptions agent_options(const std::filesystem::path& trainer, std::int64_t threads) {
  agent::AgentOptions agent;
  agent.trainer = trainer;
  agent.threads = threads;
  return agent;
}

// Seconds until a worker's first trainer: in turn over all hosts, and on each no more at once than it has cores, so that the
// first trials need not wait until the last trainer has loaded LibTorch too.
double first_start_of(const MpiSession& session) {
  const std::int64_t cores = std::max(1L, sysconf(_SC_NPROCESSORS_CONF));
  const std::int64_t turn = session.local_worker_index() / cores;
  return std::min(kLastStart, kSecondsBetweenStarts * static_cast<double>(session.rank() - 1)) +
         kLoadingSeconds * static_cast<double>(turn);
}

std::int64_t usable_cores() {
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof(cores), &cores) == 0) return CPU_COUNT(&cores);
  return std::max(1U, std::thread::hardware_concurrency());  // more cores than a cpu_set_t holds
}

}  // namespace

std::int64_t default_cpu_workers(std::int64_t threads) {
  return std::max(std::int64_t{1}, usable_cores() / threads);
}

void require_gangs_fit(const sweep::Resources& resources, const RunOptions& options, std::int64_t workers) {
  const std::int64_t members = resources.gpus_per_trial;
  if (members == 1) return;
  const std::string setting = "resources.gpus_per_trial = " + std::to_string(members);
  if (workers < members) {
    throw UserError(setting + ": a trial needs " + std::to_string(members) + " workers, this run has " +
                    std::to_string(workers) +
                    "; start more, or --set resources.gpus_per_trial=" + std::to_string(workers));
  }
  if (options.stack.value_or(1) > 1) {
    throw UserError("--stack " + std::to_string(*options.stack) + ": with " + setting +
                    " trials are trained one at a time; leave one of them out");
  }
}

Ending run_embedded(FrozenRun run, const RunOptions& options,
                    const std::vector<agent::TrainerDevice>& devices, const std::filesystem::path& trainer,
                    const StopSignal& stop, RunObserver& observer) {
  const std::int64_t workers = std::ssize(devices);
  const std::int64_t trials = std::min(std::ssize(run.frozen.open), options.limit.value_or(workers));
  LocalTransport transport(std::min(workers, trials * run.sweep.resources.gpus_per_trial));
  AgentThreads agents(transport, agent_options(trainer, options.threads), devices);
  Ending ending = coordinate(std::move(run), options, transport.workers(), stop, observer);
  const std::optional<std::string> agent_error = agents.join();
  if (agent_error && ending.end == RunEnd::kStopped) throw UserError(*agent_error);
  return ending;
}

Ending run_as_coordinator(FrozenRun run, const RunOptions& options, MpiSession& session,
                          const StopSignal& stop, RunObserver& observer) {
  return coordinate(std::move(run), options, session.worker_links(), stop, observer);
}

bool run_as_worker(MpiSession& session, const std::filesystem::path& trainer,
                   const agent::TrainerDevice& device, std::int64_t threads) {
  agent::AgentOptions agent = agent_options(trainer, threads);
  agent.device = device;
  agent.local_worker_index = session.local_worker_index();
  agent.limits.first_start = first_start_of(session);
  const agent::AgentEnd end = agent::run_agent(agent, session.coordinator_link());
  if (end == agent::AgentEnd::kCoordinatorLost) session.leave_at_once(1);
  return end == agent::AgentEnd::kDismissed;
}

}  // namespace headsweep::orchestrator
