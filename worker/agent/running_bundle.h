// The bundle that the trainer has: which attempts it still owes an answer, and since when it is silent.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "protocol/messages.h"
#include "worker/agent/progress_deadline.h"

namespace headsweep::agent {

// An attempt without an answer.
struct OpenAttempt {
  protocol::AttemptId attempt;
  protocol::TrialId trial;
  protocol::TrialId logged_with;  // the bundle's first, to whose log the trainer writes
  std::optional<Time> relayed;    // when its last progress went to the coordinator
};

// Its gang has lost other members.
struct Abandoned {
  Time since;
  std::string why;
};

class RunningBundle {
 public:
  RunningBundle(std::span<const protocol::Assignment> bundle, std::optional<protocol::GangPlace> gang,
                const AgentLimits& limits, Time now);

  [[nodiscard]] std::span<const OpenAttempt> open() const { return open_; }

  // The open attempt of that number, or nullptr: no such one, or already answered. Valid until take().
  OpenAttempt* find(protocol::AttemptId attempt);

  // Answered: no longer open.
  OpenAttempt take(const OpenAttempt* attempt, Time now);

  // This worker's place where the bundle is one trial of a gang.
  [[nodiscard]] const std::optional<protocol::GangPlace>& gang() const { return gang_; }

  ProgressDeadline& progress() { return progress_; }
  // Seconds since the bundle began or its last trial ended: what trial_timeout limits.
  [[nodiscard]] double seconds_in_trial(Time now) const { return Seconds(now - last_answer_).count(); }

  std::optional<Abandoned> abandoned;  // and not answered yet

 private:
  std::optional<protocol::GangPlace> gang_;
  std::vector<OpenAttempt> open_;
  ProgressDeadline progress_;
  Time last_answer_;
};

}  // namespace headsweep::agent
