#include "cli/run_log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include "errors/user_error.h"

namespace headsweep::cli {
namespace {

struct LogRecord {
  spdlog::logger& log;

  void operator()(const results::WorkerSeen& seen) const {
    log.info("worker {} joined: {} pid {} device {} threads {}", seen.worker, seen.hello.host, seen.hello.pid,
             seen.hello.device, seen.hello.threads);
  }
  void operator()(const results::WorkerEnded& ended) const {
    log.info("worker {} {}", ended.worker, ended.state);
  }
  void operator()(const results::WorkerProgress& progress) const {
    log.trace("worker {}: trial {} at step {}, {} a second", progress.worker, progress.trial, progress.step,
              progress.steps_per_second);
  }
  void operator()(const results::AttemptStarted& started) const {
    log.debug("attempt {} of trial {} began at worker {}", started.attempt, started.trial, started.worker);
  }
  void operator()(const results::AttemptSucceeded& done) const {
    log.debug("attempt {} of trial {} done", done.attempt, done.trial);
  }
  void operator()(const results::AttemptEnded& ended) const {
    log.warn("attempt {} of trial {} ended: {}: {}", ended.failure.attempt, ended.trial,
             std::string(to_text(ended.failure.reason)), ended.failure.message);
  }
  void operator()(const results::Event& event) const {
    if (event.kind == "gang") return log.info("trial {} {}", event.trial.value_or(0), event.message);
    log.warn("{}: {}", event.kind, event.message);
  }
};

}  // namespace

RunLog::RunLog(const std::filesystem::path& file, const std::string& level) {
  try {
    auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string());
    log_ = std::make_shared<spdlog::logger>("run", std::move(sink));
  } catch (const spdlog::spdlog_ex& error) {
    throw UserError("cannot write the run's log: " + std::string(error.what()));
  }
  log_->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  log_->set_level(spdlog::level::from_str(level));
  log_->flush_on(spdlog::level::info);
  // A log that cannot be written must not end a run.
  log_->set_error_handler([](const std::string&) {});
}

RunLog::~RunLog() = default;

void RunLog::on_progress(const orchestrator::Progress& progress) {
  if (progress.done != last_.done) log_->debug("{} of {} trials done", progress.done, progress.trials);
  last_ = progress;
}

void RunLog::on_record(const results::Record& record) {
  std::visit(LogRecord{*log_}, record);
}

void RunLog::say(const std::string& line) {
  log_->info(line);
}

}  // namespace headsweep::cli
