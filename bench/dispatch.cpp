// What a trial costs beside its training: real coordinator, agents, protocol and store, trainers that train nothing.
//
// mpirun -n 3 dispatch --trials N [--format json]
//
// Three kinds of trials, one after the other: of one second (utilisation), of as many milliseconds as there are workers
// (1,000 trials a second: how long after a result the next assignment comes), and of no length (how many a second). Each is
// an assignment, a bundle on a pipe, an answer, and one committed transaction's share: a trial, an attempt, a result of
// eight numbers.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <numeric>

#include <CLI/CLI.hpp>
#include <malloc.h>
#include <sys/resource.h>

#include "bench/machine.h"
#include "errors/user_error.h"
#include "orchestrator/run_sweep.h"
#include "results/store.h"
#include "sweep/plan.h"
#include "worker/agent/run_agent.h"

namespace {

using namespace headsweep;
using Clock = std::chrono::steady_clock;

struct Options {
  std::int64_t trials = 100'000;        // of no length
  std::int64_t latency_trials = 5'000;  // at 1,000 a second
  std::int64_t second_trials = 10;      // of one second, a worker
  std::string format = "text";
  std::string folder;  // for the store; a new one below the temporary folder
};

constexpr std::int64_t kSecondSteps = 1'000'001;  // what the stub makes of them
constexpr std::int64_t kNoSteps = 1;

std::int64_t latency_steps(std::int64_t workers) {
  return workers * 1000 + 1;
}

double seconds_between(Clock::time_point begin, Clock::time_point end) {
  return std::chrono::duration<double>(end - begin).count();
}

double user_and_system_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::filesystem::path stub_trainer() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "stub_trainer";
}

// CPU time of this process as a share of the time between the first begin() and the last end().
class CpuShare {
 public:
  void begin() {
    if (begun_) return;
    begun_ = Clock::now();
    cpu_ = user_and_system_seconds();
  }
  void end() {
    if (begun_) share_ = (user_and_system_seconds() - cpu_) / seconds_between(*begun_, Clock::now());
  }
  [[nodiscard]] double share() const { return share_; }

 private:
  std::optional<Clock::time_point> begun_;
  double cpu_ = 0;
  double share_ = 0;
};

// ---- workers

// Notes how long after each result the next assignment comes.
class TimedLink final : public protocol::CoordinatorLink {
 public:
  TimedLink(protocol::CoordinatorLink& link, std::int64_t steps) : link_(link), steps_(steps) {}

  void send(const protocol::Message& message) override {
    if (const auto* done = std::get_if<protocol::AttemptDone>(&message)) {
      sent_.push_back(Clock::now());
      if (done->result.steps == kSecondSteps) idle_.end();
    }
    link_.send(message);
  }
  std::optional<protocol::Message> receive() override {
    auto message = link_.receive();
    if (!message) return message;
    if (const auto* welcome = std::get_if<protocol::Welcome>(&*message)) folder_ = welcome->store_folder;
    const auto* assign = std::get_if<protocol::Assign>(&*message);
    if (assign != nullptr) idle_.begin();
    if (assign == nullptr) return message;
    const bool counts = assign->bundle.front().settings.training.steps == steps_;
    for (const Clock::time_point sent : std::exchange(sent_, {})) {
      if (counts) seconds_.push_back(seconds_between(sent, Clock::now()));
    }
    return message;
  }
  [[nodiscard]] bool has_ended() override { return link_.has_ended(); }

  [[nodiscard]] std::filesystem::path folder() const { return folder_; }
  [[nodiscard]] const std::vector<double>& seconds() const { return seconds_; }
  [[nodiscard]] double idle_cpu_share() const { return idle_.share(); }

 private:
  protocol::CoordinatorLink& link_;
  std::int64_t steps_;
  std::filesystem::path folder_;
  CpuShare idle_;
  std::vector<Clock::time_point> sent_;  // results, since the last assignment
  std::vector<double> seconds_;
};

// What a worker measured: its share of a core during the trials of one second, then its latencies.
std::filesystem::path worker_file(const std::filesystem::path& folder, std::int64_t rank) {
  return folder / ("worker-" + std::to_string(rank));
}

int work(orchestrator::MpiSession& session) {
  TimedLink link(session.coordinator_link(), latency_steps(session.workers()));
  agent::AgentOptions options;
  options.trainer = stub_trainer();
  options.local_worker_index = session.local_worker_index();
  const agent::AgentEnd end = agent::run_agent(options, link);
  if (link.folder().empty()) return EXIT_FAILURE;  // there was no run
  std::ofstream file(worker_file(link.folder(), session.rank()));
  file << link.idle_cpu_share() << "\n";
  for (const double seconds : link.seconds()) file << seconds << "\n";
  return end == agent::AgentEnd::kDismissed ? EXIT_SUCCESS : EXIT_FAILURE;
}

// ---- the coordinator

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

double allocated_bytes() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

// When the results of one kind of trials came.
struct Phase {
  std::vector<Clock::time_point> results;
  double busy_seconds = 0;
};

class Watch final : public orchestrator::RunObserver {
 public:
  void on_progress(const orchestrator::Progress&) override {
    most_allocated = std::max(most_allocated, allocated_bytes());
    last_progress = Clock::now();
  }
  void on_record(const results::Record& record) override {
    if (std::holds_alternative<results::AttemptStarted>(record) && !began) {
      began = Clock::now();
      idle.begin();
    }
    const auto* done = std::get_if<results::AttemptSucceeded>(&record);
    if (done == nullptr) return;
    Phase& phase = phases[done->result.steps];
    phase.results.push_back(Clock::now());
    phase.busy_seconds += done->result.train_seconds;
    if (done->result.steps == kSecondSteps) idle.end();
  }

  std::optional<Clock::time_point> began;
  std::map<std::int64_t, Phase> phases;  // by steps
  double most_allocated = 0;
  Clock::time_point last_progress;  // in the end: when the last result was committed
  CpuShare idle;
};

// Of one arm, or two where that had more seeds than a sweep may have; at most a trial too many.
sweep::Sweep bench_sweep(std::int64_t trials) {
  constexpr std::int64_t kMostSeeds = 1'000'000;
  const bool one_arm = trials <= kMostSeeds;
  const std::int64_t seeds = one_arm ? trials : (trials + 1) / 2;
  sweep::Sweep sweep =
      sweep::parse_sweep("[sweep]\nname = \"dispatch\"\nseeds = " + std::to_string(seeds) +
                             "\n[model]\nvocabulary = 8\nlength = 8\nwidth = 8\nlayers = 1\nmlp_width = 8\n"
                             "[training]\nsamples = 0\nsteps = 1\nbatch = 1\n[measure]\nkeep = \"none\"\n" +
                             (one_arm ? "" : "[axes]\n\"training.learning_rate\" = [1e-3, 2e-3]\n"),
                         "dispatch");
  return sweep;
}

// The long ones first.
sweep::Plan bench_plan(const sweep::Sweep& sweep, const Options& options, std::int64_t workers) {
  sweep::Plan plan = sweep::make_plan(sweep, 2 * std::ssize(sweep.seeds));
  const std::int64_t seconds = options.second_trials * workers;
  for (std::int64_t i = 0; i < seconds + options.latency_trials; ++i) {
    plan.trials[static_cast<std::size_t>(i)].settings.training.steps =
        i < seconds ? kSecondSteps : latency_steps(workers);
  }
  return plan;
}

struct FromWorkers {
  double idle_cpu_share = 0;      // the largest
  std::vector<double> latencies;  // ascending
};

FromWorkers read_workers(const std::filesystem::path& folder, std::int64_t workers) {
  FromWorkers all;
  for (std::int64_t rank = 1; rank <= workers; ++rank) {
    std::ifstream file(worker_file(folder, rank));
    double share = 0;
    file >> share;
    all.idle_cpu_share = std::max(all.idle_cpu_share, share);
    for (double seconds = 0; file >> seconds;) all.latencies.push_back(seconds);
  }
  std::ranges::sort(all.latencies);
  return all;
}

double quantile_ms(const std::vector<double>& sorted, double part) {
  if (sorted.empty()) return 0;
  const auto place = static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1));
  return sorted[place] * 1000;
}

double rate(const std::vector<Clock::time_point>& results, std::size_t first, std::size_t last) {
  return static_cast<double>(last - first) / seconds_between(results[first], results[last]);
}

struct Measured {
  Watch watch;
  Clock::time_point end;
  double freeze_seconds;
  double cpu_seconds;
  double bytes_before;
  double store_bytes;
};

Measured coordinate(const Options& options, const std::filesystem::path& store_file,
                    orchestrator::MpiSession& session) {
  const std::int64_t workers = session.workers();
  const std::int64_t trials = options.trials + options.latency_trials + options.second_trials * workers;
  Measured measured{};
  measured.bytes_before = allocated_bytes();
  {
    const sweep::Sweep sweep = bench_sweep(trials);
    const Clock::time_point before = Clock::now();
    results::OwnedStore store(store_file);
    results::FrozenSweep frozen =
        store.freeze(sweep, results::IfChanged::kRefuse, [&] { return bench_plan(sweep, options, workers); });
    measured.freeze_seconds = seconds_between(before, Clock::now());
    const double cpu_before = user_and_system_seconds();
    orchestrator::RunOptions run;
    run.device = "cpu";
    run.stack = 1;
    const orchestrator::StopSignal stop;
    const orchestrator::Ending ending = orchestrator::run_as_coordinator({sweep, std::move(frozen), store},
                                                                         run, session, stop, measured.watch);
    measured.end = Clock::now();
    measured.cpu_seconds = user_and_system_seconds() - cpu_before;
    if (ending.end != orchestrator::RunEnd::kAllDone)
      throw UserError("the run did not end well: " + ending.why);
  }
  measured.store_bytes = static_cast<double>(std::filesystem::file_size(store_file));
  return measured;
}

nlohmann::ordered_json report(const Options& options, const Measured& measured,
                              const FromWorkers& from_workers, std::int64_t workers) {
  const std::int64_t trials = options.trials + options.latency_trials + options.second_trials * workers;
  // The first trial of a kind is dispatched before its turn: the scheduler wants to know how long it takes.
  const std::vector<Clock::time_point>& fast = measured.watch.phases.at(kNoSteps).results;
  const std::size_t tenth = fast.size() / 10;
  nlohmann::ordered_json json = {
      {"bench", "dispatch"},
      {"workers", workers},
      {"trials", options.trials},
      {"trials_per_second",
       static_cast<double>(fast.size() - 1) / seconds_between(fast[1], measured.watch.last_progress)},
      {"trials_per_second_first_tenth", rate(fast, 1, tenth)},
      {"trials_per_second_last_tenth", rate(fast, fast.size() - 1 - tenth, fast.size() - 1)}};
  if (options.latency_trials > 0) {
    const std::vector<Clock::time_point>& steady = measured.watch.phases.at(latency_steps(workers)).results;
    json["latency_trials_per_second"] = rate(steady, 1, steady.size() - 1);
    json["p50_dispatch_ms"] = quantile_ms(from_workers.latencies, 0.5);
    json["p99_dispatch_ms"] = quantile_ms(from_workers.latencies, 0.99);
  }
  if (options.second_trials > 0) {
    const Phase& seconds = measured.watch.phases.at(kSecondSteps);
    const double spent = seconds_between(*measured.watch.began, seconds.results.back());
    json["utilisation_1s_trials"] = seconds.busy_seconds / (spent * static_cast<double>(workers));
    json["idle_cpu_share_coordinator"] = measured.watch.idle.share();
    json["idle_cpu_share_agent"] = from_workers.idle_cpu_share;
  }
  const auto all = static_cast<double>(trials);
  json["coordinator_bytes_per_trial"] = (measured.watch.most_allocated - measured.bytes_before) / all;
  json["coordinator_peak_mb"] = peak_megabytes();
  json["coordinator_cpu_us_per_trial"] = measured.cpu_seconds / all * 1e6;
  json["store_bytes_per_trial"] = measured.store_bytes / all;
  json["freeze_seconds"] = measured.freeze_seconds;
  json["last_sums_seconds"] = seconds_between(measured.watch.last_progress, measured.end);
  json["machine"] = bench::machine();
  return json;
}

void print(const nlohmann::ordered_json& json, const std::string& format) {
  if (format == "json") {
    std::cout << json.dump(2) << std::endl;
    return;
  }
  for (const auto& [name, value] : json.items()) std::cout << name << ": " << value.dump() << "\n";
  std::cout.flush();
}

// A new folder that is removed with its contents.
class BenchFolder {
 public:
  explicit BenchFolder(const std::string& below) {
    std::string pattern =
        ((below.empty() ? std::filesystem::temp_directory_path() : std::filesystem::path(below)) /
         "headsweep-dispatch-XXXXXX")
            .string();
    if (mkdtemp(pattern.data()) == nullptr) throw UserError("cannot make a folder " + pattern);
    path_ = pattern;
  }
  ~BenchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  BenchFolder(const BenchFolder&) = delete;
  BenchFolder& operator=(const BenchFolder&) = delete;

  [[nodiscard]] std::filesystem::path store() const { return path_ / "results.db"; }

 private:
  std::filesystem::path path_;
};

// Ends the session too.
int coordinate_and_report(const Options& options, orchestrator::MpiSession& session) {
  const std::int64_t workers = session.workers();
  const BenchFolder folder(options.folder);
  std::optional<Measured> measured;
  try {
    if (workers == 0) throw UserError("dispatch needs workers: mpirun -n 3 dispatch");
    measured = coordinate(options, folder.store(), session);
  } catch (const std::exception& error) {
    std::cerr << "dispatch: " << error.what() << std::endl;
  }
  const int code =
      session.end(measured ? EXIT_SUCCESS : EXIT_FAILURE);  // now the workers' files are complete
  if (!measured) return code;
  const FromWorkers from_workers = read_workers(results::store_folder(folder.store()), workers);
  print(report(options, *measured, from_workers, workers), options.format);
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("What a trial costs beside its training");
  app.add_option("--trials", options.trials, "of no length")
      ->check(CLI::Range(std::int64_t{100}, std::int64_t{100'000'000}))
      ->capture_default_str();
  app.add_option("--latency-trials", options.latency_trials, "at 1,000 a second")->capture_default_str();
  app.add_option("--second-trials", options.second_trials, "of one second, a worker")->capture_default_str();
  app.add_option("--folder", options.folder, "where the store is made");
  app.add_option("--format", options.format, "text or json")->check(CLI::IsMember({"text", "json"}));
  CLI11_PARSE(app, argc, argv);
  orchestrator::MpiSession session;
  return session.rank() == 0 ? coordinate_and_report(options, session) : session.end(work(session));
}
