// A trainer that trains nothing: it answers at once, or after as many microseconds as the trial has steps beyond the
// first. What `dispatch` measures lies around it.
#include <chrono>
#include <thread>

#include <unistd.h>

#include "worker/trainer/agent_link.h"

namespace {

using headsweep::trainer::AgentGone;
using headsweep::trainer::AgentLink;
namespace protocol = headsweep::protocol;

using Clock = std::chrono::steady_clock;

constexpr int kFrameDescriptor = 3;

protocol::TrialResult stand_in(const protocol::Assignment& assignment, double seconds) {
  protocol::TrialResult result{};
  result.parameters = assignment.parameters;
  result.steps = assignment.settings.training.steps;
  result.train_loss = 0.1;
  result.train_accuracy = 0.9;
  result.loss = 0.2;
  result.accuracy = 0.8;
  result.train_seconds = seconds;
  result.tokens = 1;
  result.flops = 1;
  result.step_kind = "none";
  result.device = "cpu";
  return result;
}

void train(const protocol::Assignment& assignment, AgentLink& agent) {
  const Clock::time_point begin = Clock::now();
  const std::chrono::microseconds length(assignment.settings.training.steps - 1);
  if (length.count() > 0) std::this_thread::sleep_until(begin + length);
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  agent.send(protocol::TrialDone{assignment.attempt, stand_in(assignment, seconds)});
}

void serve(AgentLink& agent) {
  agent.send(protocol::TrainerHello{getpid(), "cpu", "none"});
  while (const auto work = agent.next_work()) {
    const auto* const bundle = std::get_if<protocol::TrainBundle>(&*work);
    if (bundle == nullptr) continue;
    for (const protocol::Assignment& assignment : bundle->bundle) train(assignment, agent);
  }
}

}  // namespace

int main() {
  AgentLink agent{headsweep::pipe::Descriptor(kFrameDescriptor)};
  try {
    serve(agent);
  } catch (const AgentGone&) {
    return 0;
  }
}
