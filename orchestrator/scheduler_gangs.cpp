// Trials that several workers train together: reserving the workers, their answers, their loss.
#include <algorithm>

#include "errors/check.h"
#include "orchestrator/scheduler.h"

namespace headsweep::orchestrator {

using protocol::EndReason;
using results::TrialState;

namespace {

// What is said of a lost worker names it already.
std::string signed_by(const WorkerState& worker, const protocol::AttemptFailed& failed) {
  return failed.reason == EndReason::kWorkerLost ? failed.message : worker.name + ": " + failed.message;
}

}  // namespace

Gang* Scheduler::gang_of(const WorkerState& worker, protocol::AttemptId attempt) {
  return worker.gang == attempt ? &gangs_.at(attempt) : nullptr;
}

// All members at once: nobody waits, reserved, for others to become free.
void Scheduler::form_gangs() {
  while (phase_ == Phase::kRunning && queue_.waiting() > 0 && std::ssize(hungry_) >= options_.gang) {
    const std::vector<protocol::WorkerId> members = choose_members(hungry_, workers_, options_.gang);
    if (!reaches_checkpoint(workers_.at(members.front()))) return;
    dispatch_gang(members);
  }
}

void Scheduler::dispatch_gang(const std::vector<protocol::WorkerId>& members) {
  WorkerState& leader = workers_.at(members.front());
  const TrialQueue::Index index = queue_.take(1, 0, leader.id).front();
  const protocol::Assign assign{.bundle = {assignment_of(index)}};
  const protocol::AttemptId attempt = assign.bundle.front().attempt;
  Gang& gang = gangs_[attempt];
  gang.attempt = {.index = index, .bundle = attempt, .flops = queue_.flops(index), .flops_done = 0};
  gang.members = members;
  gang.unanswered = {members.begin(), members.end()};
  leader.awaited = {.bundle = attempt, .since = now_, .flops = queue_.flops_of_update(index)};
  ++progress_.running;
  const protocol::TrialId trial = queue_.trial(index).trial;
  record(results::AttemptStarted{.attempt = attempt, .trial = trial, .worker = leader.id});
  record_event("gang", "trained by " + names_of(members, workers_), leader, trial);
  const bool one_host = on_one_host(members, workers_);
  for (std::size_t place = 0; place < members.size(); ++place) {
    WorkerState& member = workers_.at(members[place]);
    protocol::Assign own = assign;
    own.gang = protocol::GangPlace{
        .member = static_cast<std::int64_t>(place), .members = std::ssize(members), .one_host = one_host};
    member.gang = attempt;
    hungry_.erase(member.id);
    send(member, std::move(own));
  }
}

// Member 0 listens: the others may come.
void Scheduler::on(WorkerState& worker, protocol::GangAddress address) {
  const Gang* const gang = gang_of(worker, address.attempt);
  if (gang == nullptr) return;
  if (gang->leader() != worker.id) return lose(worker, "invites to a gang that it does not lead");
  for (const protocol::WorkerId member : gang->unanswered) {
    if (member != worker.id) send(workers_.at(member), address);
  }
}

void Scheduler::on(WorkerState& worker, protocol::MemberDone done) {
  Gang* const gang = gang_of(worker, done.attempt);
  if (gang == nullptr) return;
  if (gang->leader() == worker.id) return lose(worker, "left its answer to another worker");
  release(worker, *gang);
  settle(done.attempt);
  feed_hungry();
}

void Scheduler::gang_done(WorkerState& worker, Gang& gang, protocol::AttemptDone done) {
  if (gang.leader() != worker.id) return lose(worker, "answered for a trial that another worker answers for");
  const protocol::AttemptId attempt = done.attempt;
  gang.is_done = true;
  observe_update(worker, gang.attempt);  // it may have been too short for a message on its way
  --progress_.running;
  progress_.flops_done -= gang.attempt.flops_done;
  for (const protocol::WorkerId member : gang.members) {
    workers_.at(member).failures.reset();
    workers_.at(member).unstarted_bundles.clear();
  }
  release(worker, gang);
  finish_trial(worker, gang.attempt, std::move(done));
  settle(attempt);
  feed_hungry();
}

// The others are told, unless they know: a stop is agreed among them.
void Scheduler::member_failed(WorkerState& worker, Gang& gang, protocol::AttemptFailed failed) {
  const protocol::AttemptId attempt = failed.attempt;
  const bool is_first = !gang.failure && !gang.is_done;
  const protocol::AbandonAttempt abandon{.attempt = attempt, .why = signed_by(worker, failed)};
  const bool is_agreed = failed.reason == EndReason::kStopped;
  gang.blame(worker.id, std::move(failed));
  release(worker, gang);
  if (is_first && !is_agreed) {
    for (const protocol::WorkerId member : gang.unanswered) send(workers_.at(member), abandon);
  }
  settle(attempt);
  feed_hungry();
}

void Scheduler::release(WorkerState& worker, Gang& gang) {
  gang.unanswered.erase(worker.id);
  worker.gang.reset();
  if (worker.phase == WorkerPhase::kActive) hungry_.insert(worker.id);
}

// Ends the attempt once every member has answered or is lost.
void Scheduler::settle(protocol::AttemptId number) {
  const auto found = gangs_.find(number);
  if (!found->second.unanswered.empty()) return;
  const Gang gang = std::move(found->second);
  gangs_.erase(found);
  if (gang.is_done) return;
  check(gang.failure.has_value(), "a gang ends with a result or with what went wrong");
  WorkerState& blamed = workers_.at(gang.failed);
  const TrialState state = count_failure(blamed, gang.attempt, gang.failure->reason, /*in_company=*/false);
  --progress_.running;
  progress_.flops_done -= gang.attempt.flops_done;
  protocol::AttemptFailed failure = *gang.failure;
  failure.message = signed_by(blamed, failure);
  end_failed(gang.attempt, std::move(failure), state, /*in_company=*/false);
  judge(blamed, *gang.failure);
}

// It is gone, or will be: what it still owed counts as lost.
void Scheduler::leave_gang(WorkerState& worker, const std::string& why) {
  if (!worker.gang) return;
  const protocol::AttemptId attempt = *worker.gang;
  Gang& gang = gangs_.at(attempt);
  if (gang.leader() == worker.id) {
    worker.lost_attempts[attempt] = queue_.trial(gang.attempt.index).trial;
  }
  member_failed(worker, gang, {.attempt = attempt, .reason = EndReason::kWorkerLost, .message = why});
}

// Too few workers are left for any trial, and none is under way.
bool Scheduler::is_short_of_members() const {
  if (options_.gang == 1 || !gangs_.empty() || std::ssize(hungry_) >= options_.gang) return false;
  if (std::ssize(workers_) < options_.gang) return false;  // the others are still to join
  const auto can_train = [](const auto& entry) {
    return entry.second.phase == WorkerPhase::kJoining || entry.second.phase == WorkerPhase::kActive;
  };
  return std::ranges::count_if(workers_, can_train) < options_.gang;
}

}  // namespace headsweep::orchestrator
