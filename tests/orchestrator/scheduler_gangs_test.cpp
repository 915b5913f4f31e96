// Rules for trials that several workers train together.
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "errors/user_error.h"
#include "orchestrator/run_sweep.h"
#include "orchestrator/scheduler.h"
#include "tests/orchestrator/action_filters.h"
#include "tests/orchestrator/sample_sweep.h"

namespace headsweep::orchestrator::testing {
namespace {

using protocol::EndReason;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

using Bundle = std::vector<protocol::TrialId>;

SchedulerOptions gang_options(std::int64_t members) {
  SchedulerOptions options = sample_options();
  options.gang = members;
  options.retries = 0;
  return options;
}

Actions join(Scheduler& scheduler, protocol::WorkerId worker, const std::string& host = "node1") {
  protocol::WorkerHello hello = sample_hello();
  hello.host = host;
  Actions actions = scheduler.worker_joined(worker);
  Actions more = scheduler.message(worker, hello);
  std::ranges::move(more, std::back_inserter(actions));
  return actions;
}

// A scheduler whose workers 1 .. count are here; `last`: what the last one's coming led to.
Scheduler with_workers(std::int64_t members, std::int64_t count, std::int64_t trials,
                       Actions* last = nullptr) {
  Scheduler scheduler(gang_options(members), sample_sweep(trials));
  for (protocol::WorkerId worker = 1; worker <= count; ++worker) {
    Actions actions = join(scheduler, worker);
    if (last != nullptr) *last = std::move(actions);
  }
  return scheduler;
}

protocol::AttemptFailed failed(protocol::AttemptId attempt, EndReason reason) {
  return {attempt, reason, "why", std::nullopt, std::nullopt, ""};
}

Actions done(Scheduler& scheduler, protocol::WorkerId worker, protocol::AttemptId attempt) {
  return scheduler.message(worker, protocol::AttemptDone{.attempt = attempt, .result = sample_result(1)});
}

TEST(SchedulerGangs, NoneBeginsThatWouldNotReachACheckpoint) {
  for (const bool in_time : {true, false}) {
    Scheduler scheduler(gang_options(2), sample_sweep(2));
    scheduler.will_stop_at(100);
    join(scheduler, 1);
    join(scheduler, 2);
    std::ignore = scheduler.tick(5, true);
    std::ignore = scheduler.message(1, protocol::AttemptProgress{1, 0, 0});  // it waits for the other
    std::ignore = scheduler.tick(10, true);
    std::ignore = scheduler.message(1, protocol::AttemptProgress{1, 1, 1});  // 10 s to its first update
    std::ignore = scheduler.tick(in_time ? 79 : 81, true);
    std::ignore = scheduler.message(2, protocol::MemberDone{1});
    EXPECT_THAT(assigned(done(scheduler, 1, 1), 1), SizeIs(in_time ? 1 : 0));
  }
}

TEST(SchedulerGangs, AllMembersAreReservedAtOnceUnderOneAttempt) {
  Scheduler scheduler(gang_options(3), sample_sweep(9));
  EXPECT_THAT(assigned(join(scheduler, 1), 1), IsEmpty());
  EXPECT_THAT(assigned(join(scheduler, 2), 2), IsEmpty());
  const Actions complete = join(scheduler, 3);
  for (protocol::WorkerId worker = 1; worker <= 3; ++worker) {
    const auto assigns = sent<protocol::Assign>(complete, worker);
    ASSERT_THAT(assigns, SizeIs(1)) << "nothing is prefetched: a member holds the gang's trial alone";
    ASSERT_THAT(assigns[0].bundle, SizeIs(1));
    EXPECT_EQ(assigns[0].bundle[0].attempt, 1);
    ASSERT_TRUE(assigns[0].gang.has_value());
    EXPECT_EQ(assigns[0].gang->member, worker - 1);
    EXPECT_EQ(assigns[0].gang->members, 3);
    EXPECT_TRUE(assigns[0].gang->one_host);
  }
  const auto started = recorded<results::AttemptStarted>(complete);
  ASSERT_THAT(started, SizeIs(1));
  EXPECT_EQ(started[0].worker, 1);
  EXPECT_EQ(scheduler.progress().running, 1);
  const auto events = recorded<results::Event>(complete);
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].kind, "gang");
  EXPECT_THAT(events[0].message, HasSubstr("worker 1 (node1, cpu), worker 2 (node1, cpu) and worker 3"));
}

TEST(SchedulerGangs, WorkersBeyondAMultipleWait) {
  Actions last;
  Scheduler scheduler = with_workers(2, 5, 9, &last);
  EXPECT_THAT(last, SizeIs(2)) << "welcomed and seen, no more";
  EXPECT_EQ(scheduler.progress().running, 2);
}

TEST(SchedulerGangs, MembersOfOneHostAreTakenFirst) {
  Scheduler scheduler(gang_options(2), sample_sweep(9));
  std::ignore = join(scheduler, 1, "a");
  EXPECT_THAT(sent<protocol::Assign>(join(scheduler, 2, "b"), 2), SizeIs(1))
      << "one of each is better than none";
  std::ignore = join(scheduler, 3, "b");
  const Actions fourth = join(scheduler, 4, "a");
  EXPECT_FALSE(sent<protocol::Assign>(fourth, 4)[0].gang->one_host);
  std::ignore = done(scheduler, 3, 2);
  std::ignore = scheduler.message(2, protocol::MemberDone{1});
  std::ignore = done(scheduler, 1, 1);
  std::map<protocol::WorkerId, WorkerState> workers;
  for (protocol::WorkerId worker = 1; worker <= 4; ++worker)
    workers[worker].host = worker % 2 == 0 ? "b" : std::to_string(worker);
  const auto together = choose_members({1, 2, 3, 4}, workers, 2);
  EXPECT_THAT(together, ElementsAre(2, 4));
}

TEST(SchedulerGangs, TheAddressOfTheFirstGoesToTheOthers) {
  Scheduler scheduler = with_workers(3, 3, 1);
  const Actions actions = scheduler.message(1, protocol::GangAddress{1, "node1", 40123});
  EXPECT_THAT(sent<protocol::GangAddress>(actions, 1), IsEmpty());
  for (const protocol::WorkerId worker : {2, 3}) {
    const auto addresses = sent<protocol::GangAddress>(actions, worker);
    ASSERT_THAT(addresses, SizeIs(1));
    EXPECT_EQ(addresses[0].port, 40123);
  }
  EXPECT_THAT(scheduler.message(1, protocol::GangAddress{7, "node1", 1}), IsEmpty()) << "of another attempt";
  EXPECT_THAT(given_up(scheduler.message(2, protocol::GangAddress{1, "node1", 1})), ElementsAre(2));
}

TEST(SchedulerGangs, MembersThatAreDoneMayTrainOthersWhileTheFirstMeasures) {
  Scheduler scheduler = with_workers(2, 3, 9);
  const Actions freed = scheduler.message(2, protocol::MemberDone{1});
  EXPECT_THAT(assigned(freed, 2), ElementsAre(Bundle{2}));
  EXPECT_THAT(assigned(freed, 3), ElementsAre(Bundle{2}));
  const Actions finished = done(scheduler, 1, 1);
  EXPECT_THAT(recorded<results::AttemptSucceeded>(finished), SizeIs(1));
  EXPECT_EQ(scheduler.progress().done_now, 1);
  EXPECT_EQ(scheduler.progress().running, 1);
}

TEST(SchedulerGangs, OnlyTheFirstAnswersForTheTrial) {
  Scheduler scheduler = with_workers(2, 2, 3);
  EXPECT_THAT(given_up(done(scheduler, 2, 1)), ElementsAre(2));
  Scheduler another = with_workers(2, 2, 3);
  EXPECT_THAT(given_up(another.message(1, protocol::MemberDone{1})), ElementsAre(1));
}

TEST(SchedulerGangs, OnlyTheProgressOfTheFirstCounts) {
  Scheduler scheduler = with_workers(2, 2, 1);
  std::ignore = scheduler.message(2, protocol::AttemptProgress{1, 50, 1});
  EXPECT_EQ(scheduler.progress().flops_done, 0);
  std::ignore = scheduler.message(1, protocol::AttemptProgress{1, 50, 1});
  EXPECT_GT(scheduler.progress().flops_done, 0);
}

TEST(SchedulerGangs, ALostMemberEndsTheAttemptForAll) {
  Scheduler scheduler = with_workers(3, 4, 2);
  const Actions lost = scheduler.worker_broken(2, "ended without a word");
  for (const protocol::WorkerId worker : {1, 3}) {
    const auto abandoned = sent<protocol::AbandonAttempt>(lost, worker);
    ASSERT_THAT(abandoned, SizeIs(1));
    EXPECT_THAT(abandoned[0].why, HasSubstr("worker 2 (node1, cpu) ended without a word"));
  }
  EXPECT_THAT(recorded<results::AttemptEnded>(lost), IsEmpty()) << "the others may still write checkpoints";
  EXPECT_THAT(assigned(scheduler.message(3, failed(1, EndReason::kGangLost)), 3), IsEmpty());
  const Actions settled = scheduler.message(1, failed(1, EndReason::kGangLost));
  const auto ended = recorded<results::AttemptEnded>(settled);
  ASSERT_THAT(ended, SizeIs(1));
  EXPECT_EQ(ended[0].failure.reason, EndReason::kWorkerLost);
  EXPECT_EQ(ended[0].trial_state, results::TrialState::kPlanned) << "not the trial's fault: no retry is used";
  const auto again = sent<protocol::Assign>(settled, 4);
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_EQ(again[0].bundle[0].trial, 1);
  EXPECT_EQ(again[0].bundle[0].attempt, 2) << "the group is another one";
}

TEST(SchedulerGangs, TheTrainersDeathCountsWhoeverSpeaksFirst) {
  for (const bool victim_first : {true, false}) {
    Scheduler scheduler = with_workers(2, 2, 1);
    if (victim_first) std::ignore = scheduler.message(2, failed(1, EndReason::kTrainerKilled));
    Actions actions = scheduler.message(1, failed(1, EndReason::kGangLost));
    if (!victim_first) {
      EXPECT_THAT(sent<protocol::AbandonAttempt>(actions, 2), SizeIs(1));
      actions = scheduler.message(2, failed(1, EndReason::kTrainerKilled));
    }
    const auto ended = recorded<results::AttemptEnded>(actions);
    ASSERT_THAT(ended, SizeIs(1));
    EXPECT_EQ(ended[0].failure.reason, EndReason::kTrainerKilled);
    EXPECT_THAT(ended[0].failure.message, HasSubstr("worker 2 (node1, cpu): why"));
    EXPECT_EQ(ended[0].trial_state, results::TrialState::kFailed);
  }
}

TEST(SchedulerGangs, AMemberLostAfterTheTrialIsDoneChangesNothing) {
  Scheduler scheduler = with_workers(2, 2, 1);
  EXPECT_THAT(recorded<results::AttemptSucceeded>(done(scheduler, 1, 1)), SizeIs(1));
  EXPECT_THAT(recorded<results::AttemptEnded>(scheduler.worker_broken(2, "ended")), IsEmpty());
  const Actions committed = scheduler.committed(std::vector<protocol::AttemptId>{1});
  EXPECT_THAT(sent<protocol::Shutdown>(committed, 1), SizeIs(1));
}

TEST(SchedulerGangs, AStopIsAgreedAndTheFirstKnowsOfTheCheckpoint) {
  Scheduler scheduler = with_workers(2, 2, 3);
  const Actions stopping = scheduler.stop("walltime");
  EXPECT_THAT(sent<protocol::Drain>(stopping, 1), SizeIs(1));
  EXPECT_THAT(sent<protocol::Drain>(stopping, 2), SizeIs(1));
  protocol::AttemptFailed without = failed(1, EndReason::kStopped);
  without.message = "stopped without a checkpoint";
  EXPECT_THAT(sent<protocol::AbandonAttempt>(scheduler.message(2, without), 1), IsEmpty());
  protocol::AttemptFailed with = failed(1, EndReason::kStopped);
  with.message = "stopped; checkpoint of step 7";
  const auto ended = recorded<results::AttemptEnded>(scheduler.message(1, with));
  ASSERT_THAT(ended, SizeIs(1));
  EXPECT_THAT(ended[0].failure.message, HasSubstr("checkpoint of step 7"));
  EXPECT_EQ(ended[0].trial_state, results::TrialState::kPlanned);
  EXPECT_EQ(scheduler.progress().running, 0);
}

TEST(SchedulerGangs, WorkHandedBackBeforeItBeganIsPlannedAgain) {
  Scheduler scheduler = with_workers(2, 2, 1);
  std::ignore = scheduler.message(1, protocol::AttemptsReturned{{1}});
  const auto ended = recorded<results::AttemptEnded>(scheduler.message(2, protocol::AttemptsReturned{{1}}));
  ASSERT_THAT(ended, SizeIs(1));
  EXPECT_EQ(ended[0].trial_state, results::TrialState::kPlanned);
}

TEST(SchedulerGangs, NoWorkerIsDrainedThatAGangNeeds) {
  Scheduler scheduler = with_workers(2, 2, 30);
  for (protocol::AttemptId attempt = 1; attempt <= 8; ++attempt) {
    std::ignore = scheduler.message(1, failed(attempt, EndReason::kGangLost));
    EXPECT_THAT(sent<protocol::Drain>(scheduler.message(2, failed(attempt, EndReason::kError)), 2),
                IsEmpty());
  }
  EXPECT_EQ(scheduler.progress().workers, 2);
}

TEST(SchedulerGangs, TheRunEndsWhenTooFewWorkersAreLeft) {
  Scheduler scheduler = with_workers(2, 2, 3);
  std::ignore = scheduler.worker_broken(1, "ended without a word");
  const Actions last = scheduler.message(2, failed(1, EndReason::kGangLost));
  ASSERT_THAT(sent<protocol::Drain>(last, 2), SizeIs(1));
  EXPECT_EQ(sent<protocol::Drain>(last, 2)[0].why, "too few workers are left for gpus_per_trial = 2");
}

std::string complaint(std::int64_t members, std::int64_t workers, std::int64_t stack) {
  sweep::Resources resources;
  resources.gpus_per_trial = members;
  RunOptions options;
  options.stack = stack;
  try {
    require_gangs_fit(resources, options, workers);
  } catch (const UserError& error) {
    return error.what();
  }
  return "fits";
}

TEST(RequireGangsFit, TooFewWorkersAreOneClearLineAtTheStart) {
  EXPECT_EQ(complaint(1, 1, 8), "fits");
  EXPECT_EQ(complaint(3, 3, 1), "fits");
  EXPECT_EQ(complaint(3, 4, 1), "fits");
  EXPECT_EQ(complaint(4, 3, 1),
            "resources.gpus_per_trial = 4: a trial needs 4 workers, this run has 3; start more, or --set "
            "resources.gpus_per_trial=3");
  EXPECT_THAT(complaint(2, 4, 8), HasSubstr("--stack 8: with resources.gpus_per_trial = 2"));
}

}  // namespace
}  // namespace headsweep::orchestrator::testing
