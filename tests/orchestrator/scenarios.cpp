#include "tests/orchestrator/scenarios.h"

#include <gtest/gtest.h>

namespace headsweep::orchestrator::testing {
namespace {

using protocol::EndReason;
using protocol::TrialId;
using protocol::WorkerId;

Deed train(WorkerId, TrialId, std::int64_t) {
  return Deed::kTrain;
}

// `deed` for that trial, as long as it was tried at most `times` times; the others are trained.
Script when_trial(TrialId chosen, Deed deed, std::int64_t times) {
  return [=](WorkerId, TrialId trial, std::int64_t nth) {
    return trial == chosen && nth <= times ? deed : Deed::kTrain;
  };
}

Script when_worker(WorkerId chosen, Deed deed) {
  return [=](WorkerId worker, TrialId, std::int64_t) { return worker == chosen ? deed : Deed::kTrain; };
}

auto expect_all_done(std::int64_t trials) {
  return [=](const Ending& ending, const Ledger& ledger) {
    EXPECT_EQ(ending.end, RunEnd::kAllDone);
    EXPECT_EQ(ledger.done(), trials);
    EXPECT_FALSE(ending.error);
  };
}

std::vector<Scenario> smooth_scenarios() {
  return {
      {.name = "nothing_to_do", .workers = 2, .trials = 0, .script = train, .expect = expect_all_done(0)},
      {.name = "one_worker", .trials = 5, .script = train, .expect = expect_all_done(5)},
      {.name = "more_workers_than_trials",
       .workers = 4,
       .trials = 2,
       .script = train,
       .expect = expect_all_done(2)},
      {.name = "bundles",
       .workers = 3,
       .trials = 20,
       .script = train,
       .bundle = 4,
       .expect = expect_all_done(20)},
      {.name = "limit",
       .workers = 2,
       .trials = 9,
       .script = train,
       .limit = 4,
       .expect =
           [](const Ending& ending, const Ledger& ledger) {
             EXPECT_EQ(ending.end, RunEnd::kStopped);
             EXPECT_EQ(ending.why, "the limit on trials is reached");
             EXPECT_TRUE(ending.every_worker_left);
             EXPECT_EQ(ledger.done(), 4);
           }},
      {.name = "limit_above_the_rest",
       .trials = 3,
       .script = train,
       .limit = 3,
       .expect = expect_all_done(3)},
      {.name = "stop",
       .workers = 2,
       .trials = 40,
       .script = train,
       .stop_after = 5,
       .expect =
           [](const Ending& ending, const Ledger& ledger) {
             EXPECT_EQ(ending.end, RunEnd::kStopped);
             EXPECT_EQ(ending.why, "the test asked for it");
             EXPECT_TRUE(ending.every_worker_left);
             EXPECT_GE(ledger.done(), 5);
             EXPECT_LT(ledger.done(), 40);
             EXPECT_EQ(ledger.events("stopped"), 1);
           }},
  };
}

std::vector<Scenario> failing_trials() {
  return {
      {.name = "failed_twice_then_done",
       .trials = 3,
       .script = when_trial(2, Deed::kError, 2),
       .expect =
           [](const Ending& ending, const Ledger& ledger) {
             expect_all_done(3)(ending, ledger);
             EXPECT_EQ(ledger.ends(EndReason::kError), 2);
           }},
      {.name = "failed_for_good",
       .workers = 2,
       .trials = 5,
       .script = when_trial(2, Deed::kError, 1000),
       .expect =
           [](const Ending& ending, const Ledger& ledger) {
             EXPECT_EQ(ending.end, RunEnd::kSomeFailed);
             EXPECT_EQ(ledger.done(), 4);
             EXPECT_TRUE(ledger.is_failed(2));
             EXPECT_EQ(ledger.ends(EndReason::kError), 3);
           }},
      {.name = "no_retries",
       .trials = 2,
       .script = when_trial(1, Deed::kKillTrainer, 1),
       .retries = 0,
       .expect =
           [](const Ending& ending, const Ledger& ledger) {
             EXPECT_EQ(ending.end, RunEnd::kSomeFailed);
             EXPECT_TRUE(ledger.is_failed(1));
             EXPECT_TRUE(ledger.is_done(2));
             EXPECT_EQ(ledger.attempts(), 2);
           }},
      // Trials 1 to 4 share the bundle that trial 3 kills; alone, the others are trained at the first try.
      {.name = "killer_in_a_bundle",
       .trials = 4,
       .script = when_trial(3, Deed::kKillTrainer, 1000),
       .bundle = 4,
       .retries = 0,
       .expect =
           [](const Ending& ending, const Ledger& ledger) {
             EXPECT_EQ(ending.end, RunEnd::kSomeFailed);
             EXPECT_EQ(ledger.done(), 3);
             EXPECT_TRUE(ledger.is_failed(3));
             EXPECT_EQ(ledger.ends(EndReason::kTrainerKilled), 5);
             EXPECT_EQ(ledger.attempts(), 8);
           }},
  };
}

std::vector<Scenario> lost_workers() {
  return {
      {.name = "worker_vanishes",
       .workers = 2,
       .trials = 6,
       .script = when_worker(1, Deed::kVanish),
       .retries = 0,  // being lost is not failing
       .expect =
           [](const Ending& ending, const Ledger& ledger) {
             expect_all_done(6)(ending, ledger);
             EXPECT_FALSE(ending.every_worker_left);
             EXPECT_EQ(ledger.ends(EndReason::kWorkerLost), 1);
             EXPECT_EQ(ledger.events("worker_lost"), 1);
             EXPECT_EQ(ledger.workers_ended("lost"), 1);
             EXPECT_EQ(ledger.workers_ended("finished"), 1);
           }},
      {.name = "every_worker_vanishes",
       .workers = 2,
       .trials = 6,
       .script = [](WorkerId, TrialId, std::int64_t) { return Deed::kVanish; },
       .expect =
           [](const Ending& ending, const Ledger& ledger) {
             EXPECT_EQ(ending.end, RunEnd::kStopped);
             EXPECT_EQ(ending.why, "no worker is left");
             EXPECT_EQ(ledger.done(), 0);
           }},
      {.name = "worker_leaves",
       .workers = 2,
       .trials = 6,
       .script = when_worker(2, Deed::kLeave),
       .expect =
           [](const Ending& ending, const Ledger& ledger) {
             expect_all_done(6)(ending, ledger);
             EXPECT_TRUE(ending.every_worker_left);
             EXPECT_EQ(ledger.ends(EndReason::kWorkerLost), 1);
           }},
  };
}

std::vector<Scenario> bad_workers() {
  return {
      {.name = "bad_worker_is_drained",
       .workers = 2,
       .trials = 60,
       .script = when_worker(1, Deed::kError),
       .retries = 1000,
       .expect =
           [](const Ending& ending, const Ledger& ledger) {
             expect_all_done(60)(ending, ledger);
             EXPECT_EQ(ledger.events("worker_drained"), 1);
             EXPECT_EQ(ledger.workers_ended("drained"), 1);
             EXPECT_TRUE(ending.every_worker_left);
           }},
      {.name = "the_last_worker_stays",
       .trials = 20,
       .script = [](WorkerId, TrialId, std::int64_t nth) { return nth == 1 ? Deed::kError : Deed::kTrain; },
       .expect = expect_all_done(20)},
      {.name = "one_trainer_does_not_start",
       .workers = 2,
       .trials = 30,
       .script = when_worker(2, Deed::kCannotStart),
       .retries = 0,
       .expect =
           [](const Ending& ending, const Ledger& ledger) {
             expect_all_done(30)(ending, ledger);
             EXPECT_EQ(ledger.workers_ended("drained"), 1);
           }},
      {.name = "no_trainer_starts",
       .workers = 2,
       .trials = 30,
       .script = [](WorkerId, TrialId, std::int64_t) { return Deed::kCannotStart; },
       .expect =
           [](const Ending& ending, const Ledger& ledger) {
             ASSERT_TRUE(ending.error);
             EXPECT_NE(ending.error->find("cannot start its trainer: as the script says"), std::string::npos);
             EXPECT_EQ(ending.end, RunEnd::kStopped);
             EXPECT_EQ(ledger.failed(), 0);
           }},
  };
}

std::vector<Scenario> gangs() {
  return {
      {.name = "gangs_of_two",
       .workers = 4,
       .trials = 7,
       .script = train,
       .gang = 2,
       .expect = expect_all_done(7)},
      {.name = "a_worker_too_many_for_gangs",
       .workers = 5,
       .trials = 6,
       .script = train,
       .gang = 3,
       .expect =
           [](const Ending& ending, const Ledger& ledger) {
             expect_all_done(6)(ending, ledger);
             EXPECT_EQ(ledger.events("gang"), 6);
             EXPECT_EQ(ledger.workers_ended("finished"), 5);
           }},
      {.name = "the_first_member_vanishes",
       .workers = 3,
       .trials = 4,
       .script = when_worker(1, Deed::kVanish),
       .retries = 0,  // being lost is not failing
       .gang = 2,
       .expect =
           [](const Ending& ending, const Ledger& ledger) {
             expect_all_done(4)(ending, ledger);
             // Over a real transport the others may have trained everything before it said hello.
             EXPECT_EQ(ledger.attempts(), 4 + ledger.ends(EndReason::kWorkerLost));
           }},
      {.name = "too_few_workers_are_left_for_a_gang",
       .workers = 3,
       .trials = 4,
       .script = [](WorkerId worker, TrialId,
                    std::int64_t) { return worker == 1 ? Deed::kVanish : Deed::kTrain; },
       .gang = 3,
       .expect =
           [](const Ending& ending, const Ledger& ledger) {
             EXPECT_EQ(ending.end, RunEnd::kStopped);
             EXPECT_EQ(ending.why, "too few workers are left for gpus_per_trial = 3");
             EXPECT_EQ(ledger.done(), 0);
             EXPECT_EQ(ledger.workers_ended("drained"), 2);
           }},
      {.name = "a_trial_kills_its_trainers",
       .workers = 4,
       .trials = 5,
       .script = when_trial(3, Deed::kKillTrainer, 1000),
       .retries = 1,
       .gang = 2,
       .expect =
           [](const Ending& ending, const Ledger& ledger) {
             EXPECT_EQ(ending.end, RunEnd::kSomeFailed);
             EXPECT_TRUE(ledger.is_failed(3));
             EXPECT_EQ(ledger.done(), 4);
             EXPECT_EQ(ledger.ends(EndReason::kTrainerKilled), 2);
           }},
      {.name = "gangs_are_stopped",
       .workers = 4,
       .trials = 30,
       .script = train,
       .stop_after = 4,
       .gang = 2,
       .expect =
           [](const Ending& ending, const Ledger& ledger) {
             EXPECT_EQ(ending.end, RunEnd::kStopped);
             EXPECT_TRUE(ending.every_worker_left);
             EXPECT_EQ(ledger.open_attempts(), 0);
             EXPECT_EQ(ledger.failed(), 0);
           }},
  };
}

}  // namespace

std::vector<Scenario> all_scenarios() {
  std::vector<Scenario> all;
  for (const auto& some : {smooth_scenarios(), failing_trials(), lost_workers(), bad_workers(), gangs()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace headsweep::orchestrator::testing
