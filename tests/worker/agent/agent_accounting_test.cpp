// Whatever happens in whatever order, each attempt is answered for exactly once.
#include <csignal>
#include <map>
#include <random>

#include <gtest/gtest.h>

#include "core_driver.h"

namespace headsweep::agent {
namespace {

using namespace protocol;

// A coordinator and a trainer that do anything they may, in random order, and note every answer.
class RandomRun {
 public:
  explicit RandomRun(unsigned seed) : generator_(seed) { driver_.coordinator(welcome()); }

  void run() {
    for (int event = 0; event < 300 && !ended_; ++event) {
      event_at_random();
      follow_actions();
    }
    if (!ended_) driver_.coordinator(Drain{"end of the test"});
    follow_actions();
    for (int second = 0; second < 200 && !ended_; ++second) {
      if (killed_) trainer_ends();
      driver_.pass(1);
      follow_actions();
    }
  }

  void expect_all_answered() const {
    EXPECT_TRUE(ended_);
    for (const auto& [attempt, answers] : answers_) EXPECT_EQ(answers, 1) << "attempt " << attempt;
    EXPECT_EQ(static_cast<AttemptId>(answers_.size()), assigned_);
  }

 private:
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(generator_() % bound); }

  void event_at_random() {
    switch (below(8)) {
      case 0:
      case 1:
        return assign_some();
      case 2:
        return driver_.pass(static_cast<double>(below(20)) / 10);
      case 3:
        if (below(40) == 0) driver_.coordinator(Drain{"walltime"});
        return;
      case 4:
        if (below(4) == 0 || killed_) trainer_ends();
        return;
      default:
        return trainer_speaks();
    }
  }

  void assign_some() {
    std::vector<AttemptId> attempts;
    for (std::size_t count = 1 + below(3); count > 0; --count) attempts.push_back(++assigned_);
    driver_.coordinator(assign(attempts));
  }

  void trainer_ends() {
    if (!alive_) return;
    alive_ = killed_ = false;
    training_.clear();
    if (below(2) == 0) {
      driver_.trainer_dies_of(SIGSEGV);
    } else {
      driver_.trainer_exits(1);
    }
  }

  void trainer_speaks() {
    if (!alive_) return;
    if (!greeted_) {
      greeted_ = true;
      return driver_.trainer_says_hello();
    }
    if (below(50) == 0) return driver_.core.on_bad_frames(driver_.now, "noise");
    if (training_.empty()) return;
    const auto chosen = training_.begin() + static_cast<std::ptrdiff_t>(below(training_.size()));
    const AttemptId attempt = *chosen;
    if (below(3) == 0) return driver_.trainer(TrialProgress{attempt, 1, 1});
    training_.erase(chosen);
    if (stopping_) return driver_.trainer(TrialStopped{attempt, 1});
    if (below(4) == 0) return driver_.trainer(TrialError{attempt, EndReason::kError, "x"});
    driver_.trainer(TrialDone{attempt, {}});
  }

  void follow_actions() {
    for (Action& action : driver_.core.take_actions()) {
      ASSERT_FALSE(ended_) << "something is wanted after the end";
      std::visit([&](auto& one) { follow(one); }, action);
    }
  }

  void follow(const ToCoordinator& action) {
    if (const auto* done = std::get_if<AttemptDone>(&action.message)) ++answers_[done->attempt];
    if (const auto* failed = std::get_if<AttemptFailed>(&action.message)) ++answers_[failed->attempt];
    if (const auto* returned = std::get_if<AttemptsReturned>(&action.message)) {
      for (const AttemptId attempt : returned->attempts) ++answers_[attempt];
    }
  }
  void follow(const ReportFailure& action) { ++answers_[action.failure.attempt]; }
  void follow(const StartTrainer&) {
    EXPECT_FALSE(alive_) << "a second trainer";
    alive_ = true;
    greeted_ = stopping_ = false;
  }
  void follow(const ToTrainer& action) {
    EXPECT_TRUE(alive_ && greeted_);
    if (const auto* train = std::get_if<TrainBundle>(&action.message)) {
      EXPECT_TRUE(training_.empty()) << "a second bundle";
      for (const Assignment& one : train->bundle) training_.push_back(one.attempt);
    } else if (std::holds_alternative<StopTraining>(action.message)) {
      stopping_ = true;
    }
  }
  void follow(const KillTrainer&) {
    EXPECT_TRUE(alive_);
    killed_ = true;
  }
  void follow(const EndAgent&) { ended_ = true; }

  std::mt19937 generator_;
  CoreDriver driver_;
  AttemptId assigned_ = 0;
  std::map<AttemptId, int> answers_;
  std::vector<AttemptId> training_;
  bool alive_ = false;
  bool greeted_ = false;
  bool stopping_ = false;
  bool killed_ = false;
  bool ended_ = false;
};

TEST(Accounting, EveryAttemptIsAnsweredOnceWhateverHappens) {
  for (unsigned seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    RandomRun run(seed);
    run.run();
    run.expect_all_answered();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace headsweep::agent
