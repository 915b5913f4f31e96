// Real trainers that train one trial together over Gloo; the test stands for their agents and the coordinator.
#include <cmath>
#include <csignal>
#include <memory>
#include <thread>

#include <gmock/gmock.h>

#include "tests/worker/trainer/small_trial.h"
#include "tests/worker/trainer/trainer_child.h"

namespace headsweep::trainer {
namespace {

using testing::HasSubstr;

class TrainerGang {
 public:
  TrainerGang(const TemporaryFolder& store, std::int64_t members) : store_(store) {
    for (std::int64_t i = 0; i < members; ++i) trainers_.push_back(std::make_unique<TrainerChild>());
  }

  TrainerChild& member(std::size_t number) { return *trainers_[number]; }

  // Gives all their places, and if `introduce` to the others the address of the first.
  void begin(protocol::AttemptId attempt, const trial::Settings& settings, double checkpoints = 1e9,
             bool introduce = true) {
    for (std::size_t i = 0; i < trainers_.size(); ++i) {
      protocol::Assignment one = assignment(1, settings);
      one.attempt = attempt;
      const protocol::GangPlace place{static_cast<std::int64_t>(i), std::ssize(trainers_), true};
      trainers_[i]->send(protocol::TrainBundle{{one}, store_.path().string(), checkpoints, place});
    }
    if (!introduce) return;
    const auto address = member(0).next<protocol::GangAddress>();
    ASSERT_TRUE(address.has_value());
    EXPECT_EQ(address->attempt, attempt);
    for (std::size_t i = 1; i < trainers_.size(); ++i) trainers_[i]->send(*address);
  }

  // Expects that all do their part.
  protocol::TrialResult finish() {
    for (std::size_t i = 1; i < trainers_.size(); ++i) {
      EXPECT_TRUE(trainers_[i]->next<protocol::MemberDone>().has_value()) << "member " << i;
    }
    auto done = member(0).next<protocol::TrialDone>();
    EXPECT_TRUE(done.has_value());
    return done ? std::move(done->result) : protocol::TrialResult{};
  }

 private:
  const TemporaryFolder& store_;
  std::vector<std::unique_ptr<TrainerChild>> trainers_;
};

protocol::TrialResult train_together(const trial::Settings& settings, std::int64_t members) {
  const TemporaryFolder store;
  TrainerGang gang(store, members);
  gang.begin(1, settings);
  return gang.finish();
}

// Long enough to be interrupted.
trial::Settings long_settings() {
  trial::Settings settings = small_settings();
  settings.training.steps = 4000;
  settings.measure.every = 0;
  return settings;
}

// Of an undisturbed gang of three, whoever asks first waits for it.
const std::vector<std::byte>& undisturbed_result() {
  static const std::vector<std::byte> result = timeless(train_together(long_settings(), 3));
  return result;
}

// The largest difference of the losses along the way.
double largest_difference(const protocol::TrialResult& a, const protocol::TrialResult& b) {
  EXPECT_EQ(a.curve.size(), b.curve.size());
  double largest = 0;
  for (std::size_t i = 0; i < std::min(a.curve.size(), b.curve.size()); ++i) {
    largest = std::max(largest, std::abs(a.curve[i].loss - b.curve[i].loss));
  }
  return largest;
}

void expect_result_of_one_device(const trial::Settings& settings, const std::string& kind) {
  const protocol::TrialResult alone = train_alone(settings);
  EXPECT_EQ(alone.step_kind, kind);
  for (const std::int64_t members : {2, 3}) {
    const protocol::TrialResult together = train_together(settings, members);
    const double difference = largest_difference(alone, together);

    std::cout << kind << ", " << members << " members: losses differ by at most " << difference << " in "
              << alone.curve.size() << " steps\n";
    EXPECT_LT(difference, 2e-5);
    EXPECT_NEAR(together.loss, alone.loss, 1e-5);
    EXPECT_EQ(together.step_kind, kind);
    EXPECT_EQ(together.tokens, alone.tokens);
    ASSERT_EQ(together.curve.back().diversity.has_value(), alone.curve.back().diversity.has_value());
    if (alone.curve.back().diversity) {
      EXPECT_NEAR(*together.curve.back().diversity, *alone.curve.back().diversity, 1e-4);
    }
    EXPECT_THAT(together.numerics, HasSubstr("\"members\":" + std::to_string(members)));
    EXPECT_NE(together.numerics, alone.numerics);
  }
}

TEST(GangTraining, YieldsTheResultOfOneDeviceByTheFusedStep) {
  expect_result_of_one_device(small_settings(1), "fused");
}

TEST(GangTraining, YieldsTheResultOfOneDeviceByTheEagerStep) {
  expect_result_of_one_device(diverse_settings(2), "eager");
}

TEST(GangTraining, TheSameSettingsGiveTheSameBits) {
  EXPECT_EQ(timeless(train_together(small_settings(), 2)), timeless(train_together(small_settings(), 2)));
}

// Waits for progress beyond that many updates, so for all members being at work.
void wait_for_progress(TrainerChild& trainer, std::int64_t step) {
  while (const auto progress = trainer.next<protocol::TrialProgress>()) {
    if (progress->step > step) return;
  }
  FAIL() << "no progress";
}

TEST(GangTraining, ALostMemberEndsTheAttemptForAllAndAnotherGangGoesOn) {
  const trial::Settings settings = long_settings();
  const TemporaryFolder store;
  {
    TrainerGang gang(store, 3);
    gang.begin(1, settings);
    wait_for_progress(gang.member(0), 0);
    gang.member(2).kill();
    for (const std::size_t survivor : {0, 1}) {
      const auto error = gang.member(survivor).next<protocol::TrialError>();
      ASSERT_TRUE(error.has_value());
      EXPECT_EQ(error->reason, protocol::EndReason::kGangLost);
    }
  }
  TrainerGang again(store, 3);
  again.begin(2, settings);
  const auto progress = again.member(0).next<protocol::TrialProgress>();
  ASSERT_TRUE(progress.has_value());
  EXPECT_GT(progress->step, 0) << "the first member wrote a checkpoint when it lost the others";
  EXPECT_EQ(timeless(again.finish()), undisturbed_result());
}

TEST(GangTraining, OneThatIsAskedToStopStopsAllAfterTheSameUpdate) {
  const trial::Settings settings = long_settings();
  const TemporaryFolder store;
  TrainerGang gang(store, 3);
  gang.begin(1, settings);
  wait_for_progress(gang.member(0), 0);
  gang.member(1).send(protocol::StopTraining{});
  std::int64_t checkpoint = 0;
  for (const std::size_t number : {0, 1, 2}) {
    const auto stopped = gang.member(number).next<protocol::TrialStopped>();
    ASSERT_TRUE(stopped.has_value());
    checkpoint = std::max(checkpoint, stopped->step);
    EXPECT_EQ(stopped->step > 0, number == 0) << "the first keeps the checkpoint";
  }
  gang.begin(2, settings);
  EXPECT_EQ(timeless(gang.finish()), undisturbed_result()) << "from step " << checkpoint;
}

TEST(GangTraining, WhoWaitsForTheOthersHearsThatTheyAreLost) {
  const TemporaryFolder store;
  TrainerGang gang(store, 2);
  gang.begin(1, small_settings(), 1e9, /*introduce=*/false);
  for (const std::size_t number : {0, 1}) {
    gang.member(number).send(protocol::AbandonAttempt{1, "worker 3 is lost"});
    const auto error = gang.member(number).next<protocol::TrialError>();
    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->reason, protocol::EndReason::kGangLost);
    EXPECT_EQ(error->message, "worker 3 is lost");
  }
}

TEST(GangTraining, WhoWaitsForTheOthersCanBeStopped) {
  const TemporaryFolder store;
  TrainerGang gang(store, 2);
  gang.begin(1, small_settings(), 1e9, /*introduce=*/false);
  for (const std::size_t number : {0, 1}) {
    gang.member(number).send(protocol::StopTraining{});
    const auto stopped = gang.member(number).next<protocol::TrialStopped>();
    ASSERT_TRUE(stopped.has_value());
    EXPECT_EQ(stopped->step, 0);
  }
}

TEST(GangTraining, DivergenceIsToldByTheFirst) {
  trial::Settings settings = long_settings();
  settings.training.learning_rate = 10;  // the largest that a sweep may have
  const TemporaryFolder store;
  TrainerGang gang(store, 2);
  gang.begin(1, settings);
  EXPECT_TRUE(gang.member(1).next<protocol::MemberDone>().has_value());
  const auto error = gang.member(0).next<protocol::TrialError>();
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->reason, protocol::EndReason::kDiverged);
  EXPECT_THAT(error->message, HasSubstr("at step"));
}

}  // namespace
}  // namespace headsweep::trainer
