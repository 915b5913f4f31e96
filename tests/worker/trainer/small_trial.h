// Trials small enough to be trained in a test, and an agent that only listens.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocol/messages.h"
#include "tests/temporary_folder.h"
#include "worker/trainer/agent_side.h"
#include "worker/trainer/trainer_context.h"

namespace headsweep::trainer {

// Two layers of two heads, width 16, length 12, 40 steps with dropout; task cycle.
trial::Settings small_settings(std::uint32_t seed = 0);

// The same with every setting that makes heads differ or shapes uneven: four heads five wide, two of them
// tied, talking, one wider MLP, similar beginnings, a penalty, a random graph a head.
trial::Settings diverse_settings(std::uint32_t seed = 0);

// Attempt and trial number `number`.
protocol::Assignment assignment(std::int64_t number, const trial::Settings& settings);

// Keeps what is sent; asks to stop when it has been asked `stop_after` times.
class RecordingAgent final : public AgentSide {
 public:
  explicit RecordingAgent(std::int64_t stop_after = -1) : stop_after_(stop_after) {}

  void send(const protocol::Message& message) override { messages.push_back(message); }
  bool stop_requested() override { return stop_after_ >= 0 && asked_++ >= stop_after_; }
  std::optional<protocol::GangAddress> gang_address(protocol::AttemptId) override { return std::nullopt; }
  std::optional<std::string> abandoned(protocol::AttemptId) override { return std::nullopt; }

  template <class T>
  [[nodiscard]] std::vector<T> all() const {
    std::vector<T> found;
    for (const protocol::Message& message : messages) {
      if (const T* const held = std::get_if<T>(&message)) found.push_back(*held);
    }
    return found;
  }

  std::vector<protocol::Message> messages;

 private:
  std::int64_t stop_after_;
  std::int64_t asked_ = 0;
};

// Every bit of a result but what the clock decides, as bytes to be compared.
std::vector<std::byte> timeless(protocol::TrialResult result);

// train_bundle() in a process that has written no checkpoint yet.
void train_here(const protocol::TrainBundle& bundle, const TrainerContext& context, AgentSide& agent);

// The result of training that bundle of one here and now.
protocol::TrialResult train_alone(const trial::Settings& settings, const TrainerContext& context = {});

// What the log of trial number `trial` says.
std::string log_of(const TemporaryFolder& store, std::int64_t trial);

}  // namespace headsweep::trainer
