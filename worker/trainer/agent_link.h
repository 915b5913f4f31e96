// The trainer's end of the frame pipe to its agent.
#pragma once

#include <deque>
#include <optional>
#include <variant>

#include "worker/pipe/frame_pipe.h"
#include "worker/trainer/agent_side.h"

namespace headsweep::trainer {

// The agent has closed the pipe: nobody wants anything any more. Not derived from std::exception: no handler
// of errors may take it for one.
struct AgentGone {};

// What an agent wants done, or tells of what was done.
using Work = std::variant<protocol::TrainBundle, protocol::ChooseStack, protocol::Committed>;

// Used by one thread. Throws protocol::DecodeError on bytes that are no message an agent sends.
class AgentLink final : public AgentSide {
 public:
  explicit AgentLink(pipe::Descriptor socket) : pipe_(std::move(socket)) {}

  // Returns when all is written. Throws AgentGone.
  void send(const protocol::Message& message) override;

  // Looks at what has come, without waiting. A StopTraining is taken by being asked for. Throws AgentGone.
  bool stop_requested() override;

  // Both throw AgentGone.
  std::optional<protocol::GangAddress> gang_address(protocol::AttemptId attempt) override;
  std::optional<std::string> abandoned(protocol::AttemptId attempt) override;

  // Waits for work; nothing: the agent has closed the pipe. What was committed meanwhile comes before other work. A
  // StopTraining while there is no work asks for nothing.
  std::optional<Work> next_work();

 private:
  void wait_for(short events);
  void receive_all();

  pipe::FramePipe pipe_;
  std::deque<Work> work_;          // come, not yet begun
  protocol::Committed committed_;  // come, not yet handed on
  bool is_working_ = false;        // on what was asked for last
  bool stop_ = false;
  std::optional<protocol::GangAddress> address_;       // the last that came
  std::optional<protocol::AbandonAttempt> abandoned_;  // the last that came
};

}  // namespace headsweep::trainer
