#include "core_driver.h"

namespace headsweep::agent {
namespace {

using namespace protocol;

std::string numbers(const std::vector<AttemptId>& attempts) {
  std::string text;
  for (const AttemptId attempt : attempts) text += " " + std::to_string(attempt);
  return text;
}

struct MessageWords {
  std::string operator()(const WorkerHello&) const { return "-> hello"; }
  std::string operator()(const WorkerHeartbeat&) const { return "-> heartbeat"; }
  std::string operator()(const AttemptProgress& one) const {
    return "-> progress " + std::to_string(one.attempt) + " at " + std::to_string(one.step);
  }
  std::string operator()(const AttemptDone& one) const { return "-> done " + std::to_string(one.attempt); }
  std::string operator()(const AttemptFailed& one) const {
    return "-> failed " + std::to_string(one.attempt) + " " + std::string(to_text(one.reason));
  }
  std::string operator()(const AttemptsReturned& one) const { return "-> returned" + numbers(one.attempts); }
  std::string operator()(const StackChosen& one) const { return "-> stack " + std::to_string(one.trials); }
  std::string operator()(const ChooseStack&) const { return "choose stack"; }
  std::string operator()(const WorkerGoodbye&) const { return "-> goodbye"; }
  std::string operator()(const MemberDone& one) const {
    return "-> member done " + std::to_string(one.attempt);
  }
  std::string operator()(const GangAddress& one) const { return "address of " + std::to_string(one.attempt); }
  std::string operator()(const AbandonAttempt& one) const { return "abandon " + std::to_string(one.attempt); }
  std::string operator()(const TrainBundle& one) const {
    std::vector<AttemptId> attempts;
    for (const Assignment& each : one.bundle) attempts.push_back(each.attempt);
    return "train" + numbers(attempts);
  }
  std::string operator()(const StopTraining&) const { return "stop"; }
  std::string operator()(const Committed& one) const { return "committed" + numbers(one.attempts); }
  std::string operator()(const auto&) const { return "a message that no agent sends"; }
};

std::string describe_message(const Message& message) {
  return std::visit(MessageWords{}, decode(encode(message)));
}

}  // namespace

Assignment assignment(AttemptId attempt) {
  return {attempt, 100 + attempt, "key", trial::Settings{}, 0, false};
}

Assign assign(const std::vector<AttemptId>& attempts) {
  Assign message;
  for (const AttemptId attempt : attempts) message.bundle.push_back(assignment(attempt));
  return message;
}

Welcome welcome() {
  return {"/nowhere", "cpu", 1, "eager", false, 120, 1000, 1};
}

std::string describe(const Action& action) {
  struct Words {
    std::string operator()(const ToCoordinator& one) const { return describe_message(one.message); }
    std::string operator()(const ToTrainer& one) const { return describe_message(one.message); }
    std::string operator()(const ReportFailure& one) const {
      return one.trial == one.failure.attempt + 100 ? describe_message(one.failure)
                                                    : "the log of another trial";
    }
    std::string operator()(const StartTrainer&) const { return "start"; }
    std::string operator()(const KillTrainer&) const { return "kill"; }
    std::string operator()(const EndAgent& one) const {
      switch (one.how) {
        case AgentEnd::kDismissed:
          return "end dismissed";
        case AgentEnd::kCoordinatorLost:
          return "end coordinator lost";
        case AgentEnd::kTrainerStuck:
          return "end trainer stuck";
      }
      return "an unknown end";
    }
  };
  return std::visit(Words{}, action);
}

void CoreDriver::pass(double seconds, bool coordinator_lives) {
  const Time end = now + std::chrono::duration_cast<Time::duration>(Seconds(seconds));
  while (now < end) {
    now = std::min(end, now + std::chrono::milliseconds(100));
    if (coordinator_lives) coordinator(CoordinatorHeartbeat{});
    core.on_time(now);
  }
}

void CoreDriver::begin(const std::vector<AttemptId>& attempts, const char* device) {
  coordinator(welcome());
  coordinator(assign(attempts));
  trainer_says_hello(device);
  wanted();
}

std::vector<std::string> CoreDriver::wanted() {
  std::vector<std::string> words;
  for (const Action& action : core.take_actions()) {
    std::string text = describe(action);
    if (const auto* report = std::get_if<ReportFailure>(&action))
      failures[report->failure.attempt] = report->failure;
    if (const auto* sent = std::get_if<ToCoordinator>(&action)) {
      if (const auto* failed = std::get_if<AttemptFailed>(&sent->message))
        failures[failed->attempt] = *failed;
    }
    if (text != "-> heartbeat") words.push_back(std::move(text));
  }
  return words;
}

}  // namespace headsweep::agent
