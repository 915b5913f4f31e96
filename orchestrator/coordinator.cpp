#include "orchestrator/coordinator.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "errors/user_error.h"
#include "orchestrator/bad_message.h"

namespace headsweep::orchestrator {
namespace {

constexpr int kMessagesPerRound = 64;
constexpr double kProgressSeconds = 0.25;
constexpr double kLongestForecast = 10 * 365.25 * 86400;  // seconds

// Time to drain and commit before the walltime is over: at most so much, and a quarter of a short walltime.
constexpr double kWalltimeMargin = 30;

double stop_time(double walltime_seconds) {
  return walltime_seconds - std::min(kWalltimeMargin, walltime_seconds / 4);
}

}  // namespace

Coordinator::Coordinator(Scheduler scheduler, protocol::WorkerLinks& links, RecordSink& sink,
                         RunObserver& observer, StopRequest stop_request,
                         std::optional<double> walltime_seconds, MoreTrials more_trials)
    : scheduler_(std::move(scheduler)),
      links_(links),
      sink_(sink),
      observer_(observer),
      stop_request_(std::move(stop_request)),
      more_trials_(std::move(more_trials)) {
  if (!walltime_seconds) return;
  stop_at_seconds_ = stop_time(*walltime_seconds);
  scheduler_.will_stop_at(*stop_at_seconds_);
}

Ending Coordinator::run() {
  for (protocol::WorkerId worker = 1; worker <= links_.count(); ++worker) {
    perform(scheduler_.worker_joined(worker));
  }
  IdleWait idle;
  while (!ending_) {
    const bool heard = read_messages();
    note_ended_workers();
    const bool wrote = pass_on_commits();
    const bool grew = grow();
    check_stop();
    check_sink();
    perform(scheduler_.tick(elapsed_seconds(), heard_all_));
    show_progress();
    if (heard || wrote || grew) {
      idle.reset();
    } else if (!ending_) {
      idle.wait();
    }
  }
  next_progress_seconds_ = 0;
  show_progress();
  if (ending_->error) throw UserError(*ending_->error);
  return *ending_;
}

bool Coordinator::read_messages() {
  heard_all_ = false;
  for (int i = 0; i < kMessagesPerRound; ++i) {
    // Once the sink has failed records are dropped, so there is always room.
    if (!sink_failed_ && !sink_.has_room()) return i > 0;
    try {
      std::optional<protocol::Envelope> envelope = links_.receive();
      heard_all_ = !envelope;
      if (!envelope) return i > 0;
      perform(scheduler_.message(envelope->worker, std::move(envelope->message)));
    } catch (const BadMessage& bad) {
      perform(scheduler_.worker_broken(bad.worker(), bad.what()));
    }
  }
  return true;
}

// Only when all that had arrived was read: its last results count.
void Coordinator::note_ended_workers() {
  if (!heard_all_) return;
  for (const protocol::WorkerId worker : links_.take_ended()) {
    perform(scheduler_.worker_broken(worker, "ended without a word"));
  }
}

bool Coordinator::pass_on_commits() {
  const std::vector<protocol::AttemptId> committed = sink_.take_committed();
  if (committed.empty()) return false;
  perform(scheduler_.committed(committed));
  return true;
}

void Coordinator::check_stop() {
  if (stop_passed_on_) return;
  std::optional<std::string> why = stop_request_();
  if (!why && stop_at_seconds_ && elapsed_seconds() >= *stop_at_seconds_) why = "the walltime is nearly over";
  if (!why) return;
  stop_passed_on_ = true;
  perform(scheduler_.stop(*why));
}

void Coordinator::check_sink() {
  if (sink_failed_) return;
  const std::optional<std::string> failure = sink_.failure();
  if (!failure) return;
  sink_failed_ = true;
  perform(scheduler_.abort(*failure));
}

void Coordinator::show_progress() {
  const double elapsed = elapsed_seconds();
  if (elapsed < next_progress_seconds_) return;
  next_progress_seconds_ = elapsed + kProgressSeconds;
  Progress progress = scheduler_.progress();
  progress.elapsed_seconds = elapsed;
  if (progress.done_now > 0) {
    progress.trials_per_minute = static_cast<double>(progress.done_now) / elapsed * 60;
  }
  // What failed attempts had done is taken back, which may leave a rounding error of nothing.
  const double seconds_left = elapsed * progress.flops_left / progress.flops_done;
  if (progress.flops_done > 0 && seconds_left < kLongestForecast) progress.seconds_left = seconds_left;
  observer_.on_progress(progress);
}

void Coordinator::perform(Actions actions) {
  for (Action& action : actions) {
    if (auto* message = std::get_if<SendMessage>(&action)) {
      links_.send(message->worker, message->message);
    } else if (auto* write = std::get_if<WriteRecord>(&action)) {
      observer_.on_record(write->record);
      if (!sink_failed_) sink_.submit(std::move(write->record));
    } else if (auto* give_up = std::get_if<GiveUpWorker>(&action)) {
      links_.abandon(give_up->worker);
    } else if (auto* readmit = std::get_if<ReadmitWorker>(&action)) {
      links_.readmit(readmit->worker);
    } else if (std::holds_alternative<AskForTrials>(action)) {
      is_growing_ = true;
    } else {
      ending_ = std::get<Finish>(std::move(action)).ending;
    }
  }
}

bool Coordinator::grow() {
  if (!is_growing_ || ending_) return false;
  std::optional<std::vector<results::OpenTrial>> more = more_trials_();
  if (!more) return false;
  is_growing_ = false;
  perform(scheduler_.grow(std::move(*more)));
  return true;
}

double Coordinator::elapsed_seconds() const {
  return std::chrono::duration<double>(Clock::now() - began_).count();
}

}  // namespace headsweep::orchestrator
