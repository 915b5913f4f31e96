// The kinds and encoded fields of messages.h, in their order on the wire. Internal to protocol/.
#pragma once

#include <tuple>

#include "protocol/field.h"
#include "protocol/messages.h"

namespace headsweep::protocol {

template <>
struct Fields<Assignment> {
  static constexpr std::tuple list{Field{"attempt", &Assignment::attempt},
                                   Field{"trial", &Assignment::trial},
                                   Field{"key", &Assignment::key},
                                   Field{"settings", &Assignment::settings},
                                   Field{"parameters", &Assignment::parameters},
                                   Field{"keep_model", &Assignment::keep_model}};
};
template <>
struct Fields<GangPlace> {
  static constexpr std::tuple list{Field{"member", &GangPlace::member}, Field{"members", &GangPlace::members},
                                   Field{"one_host", &GangPlace::one_host}};
};
template <>
struct Fields<WorkerHello> {
  static constexpr std::string_view kind = "worker_hello";
  static constexpr std::tuple list{Field{"host", &WorkerHello::host}, Field{"pid", &WorkerHello::pid},
                                   Field{"device", &WorkerHello::device},
                                   Field{"threads", &WorkerHello::threads}};
};
template <>
struct Fields<WorkerHeartbeat> {
  static constexpr std::string_view kind = "worker_heartbeat";
  static constexpr std::tuple<> list{};
};
template <>
struct Fields<AttemptProgress> {
  static constexpr std::string_view kind = "attempt_progress";
  static constexpr std::tuple list{Field{"attempt", &AttemptProgress::attempt},
                                   Field{"step", &AttemptProgress::step},
                                   Field{"steps_per_second", &AttemptProgress::steps_per_second}};
};
template <>
struct Fields<AttemptDone> {
  static constexpr std::string_view kind = "attempt_done";
  static constexpr std::tuple list{Field{"attempt", &AttemptDone::attempt},
                                   Field{"result", &AttemptDone::result}};
};
template <>
struct Fields<AttemptFailed> {
  static constexpr std::string_view kind = "attempt_failed";
  static constexpr std::tuple list{
      Field{"attempt", &AttemptFailed::attempt},     Field{"reason", &AttemptFailed::reason},
      Field{"message", &AttemptFailed::message},     Field{"signal", &AttemptFailed::signal},
      Field{"exit_code", &AttemptFailed::exit_code}, Field{"log_tail", &AttemptFailed::log_tail}};
};
template <>
struct Fields<AttemptsReturned> {
  static constexpr std::string_view kind = "attempts_returned";
  static constexpr std::tuple list{Field{"attempts", &AttemptsReturned::attempts}};
};
template <>
struct Fields<StackChosen> {
  static constexpr std::string_view kind = "stack_chosen";
  static constexpr std::tuple list{Field{"trials", &StackChosen::trials}};
};
template <>
struct Fields<WorkerGoodbye> {
  static constexpr std::string_view kind = "worker_goodbye";
  static constexpr std::tuple<> list{};
};
template <>
struct Fields<MemberDone> {
  static constexpr std::string_view kind = "member_done";
  static constexpr std::tuple list{Field{"attempt", &MemberDone::attempt}};
};
template <>
struct Fields<GangAddress> {
  static constexpr std::string_view kind = "gang_address";
  static constexpr std::tuple list{Field{"attempt", &GangAddress::attempt}, Field{"host", &GangAddress::host},
                                   Field{"port", &GangAddress::port}};
};
template <>
struct Fields<Welcome> {
  static constexpr std::string_view kind = "welcome";
  static constexpr std::tuple list{Field{"store_folder", &Welcome::store_folder},
                                   Field{"device", &Welcome::device},
                                   Field{"threads", &Welcome::threads},
                                   Field{"step", &Welcome::step},
                                   Field{"tf32", &Welcome::tf32},
                                   Field{"checkpoint_every_seconds", &Welcome::checkpoint_every_seconds},
                                   Field{"trial_timeout_seconds", &Welcome::trial_timeout_seconds},
                                   Field{"heartbeat_seconds", &Welcome::heartbeat_seconds}};
};
template <>
struct Fields<Assign> {
  static constexpr std::string_view kind = "assign";
  static constexpr std::tuple list{Field{"bundle", &Assign::bundle}, Field{"gang", &Assign::gang}};
};
template <>
struct Fields<ChooseStack> {
  static constexpr std::string_view kind = "choose_stack";
  static constexpr std::tuple list{Field{"settings", &ChooseStack::settings}};
};
template <>
struct Fields<Committed> {
  static constexpr std::string_view kind = "committed";
  static constexpr std::tuple list{Field{"attempts", &Committed::attempts}};
};
template <>
struct Fields<CoordinatorHeartbeat> {
  static constexpr std::string_view kind = "coordinator_heartbeat";
  static constexpr std::tuple<> list{};
};
template <>
struct Fields<Drain> {
  static constexpr std::string_view kind = "drain";
  static constexpr std::tuple list{Field{"why", &Drain::why}};
};
template <>
struct Fields<Shutdown> {
  static constexpr std::string_view kind = "shutdown";
  static constexpr std::tuple<> list{};
};
template <>
struct Fields<GivenUp> {
  static constexpr std::string_view kind = "given_up";
  static constexpr std::tuple<> list{};
};
template <>
struct Fields<AbandonAttempt> {
  static constexpr std::string_view kind = "abandon_attempt";
  static constexpr std::tuple list{Field{"attempt", &AbandonAttempt::attempt},
                                   Field{"why", &AbandonAttempt::why}};
};
template <>
struct Fields<TrainBundle> {
  static constexpr std::string_view kind = "train_bundle";
  static constexpr std::tuple list{Field{"bundle", &TrainBundle::bundle},
                                   Field{"store_folder", &TrainBundle::store_folder},
                                   Field{"checkpoint_every_seconds", &TrainBundle::checkpoint_every_seconds},
                                   Field{"gang", &TrainBundle::gang}};
};
template <>
struct Fields<StopTraining> {
  static constexpr std::string_view kind = "stop_training";
  static constexpr std::tuple<> list{};
};
template <>
struct Fields<TrainerHello> {
  static constexpr std::string_view kind = "trainer_hello";
  static constexpr std::tuple list{Field{"pid", &TrainerHello::pid}, Field{"device", &TrainerHello::device},
                                   Field{"libtorch", &TrainerHello::libtorch}};
};
template <>
struct Fields<TrialProgress> {
  static constexpr std::string_view kind = "trial_progress";
  static constexpr std::tuple list{
      Field{"attempt", &TrialProgress::attempt}, Field{"step", &TrialProgress::step},
      Field{"steps_per_second", &TrialProgress::steps_per_second}, Field{"writes", &TrialProgress::writes}};
};
template <>
struct Fields<TrialDone> {
  static constexpr std::string_view kind = "trial_done";
  static constexpr std::tuple list{Field{"attempt", &TrialDone::attempt},
                                   Field{"result", &TrialDone::result}};
};
template <>
struct Fields<TrialError> {
  static constexpr std::string_view kind = "trial_error";
  static constexpr std::tuple list{Field{"attempt", &TrialError::attempt},
                                   Field{"reason", &TrialError::reason},
                                   Field{"message", &TrialError::message}};
};
template <>
struct Fields<TrialStopped> {
  static constexpr std::string_view kind = "trial_stopped";
  static constexpr std::tuple list{Field{"attempt", &TrialStopped::attempt},
                                   Field{"step", &TrialStopped::step}};
};

}  // namespace headsweep::protocol
