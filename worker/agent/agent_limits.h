// How long an agent waits before it calls something lost. All in seconds.
#pragma once

#include <cstdint>

namespace headsweep::agent {

struct AgentLimits {
  double first_start =
      0;  // of a trainer, from the agent's birth: agents of a large run do not all load LibTorch at once
  double trainer_start = 120;  // from starting the trainer to its hello: loading LibTorch from a cold disk
  double first_progress =
      120;  // from the start of a bundle, or the end of a trial in it, to the next progress
  double least_progress = 30;  // between progress messages at least; more where steps are slow
  double progress_gaps = 10;   // between progress messages: this many of the longest gap or step so far
  double writing = 600;        // what a trainer says that it writes: a file server may change hosts meanwhile
  double stack_choice = 300;   // from ChooseStack to its answer: updates of growing bundles are timed
  double trainer_stop = 10;    // without a sign of life after StopTraining, unless it writes ...
  double trainer_stop_in_all =
      17;                     // ... and from StopTraining to the last answer: the coordinator waits for 20 s
  double gang_abandon = 3;    // from AbandonAttempt to the answer: a checkpoint may be written before ...
  double gang_silence = 5;    // ... but a trainer that by then is silent for so long hangs
  double trainer_close = 1;   // from the end of the pipe to the end of the process
  double trainer_kill = 10;   // from SIGKILL to the end of the process
  double welcome = 600;       // from hello to Welcome: the coordinator may first expand a large plan
  double least_silence = 20;  // of the coordinator at least ...
  double silent_heartbeats = 10;  // ... and this many heartbeats
  double relayed_progress = 0.5;  // between AttemptProgress of one attempt
  // Trainers in a row without a hello, then the bundle fails: those that exited or kept silent, ...
  std::int64_t failed_starts = 3;
  // ... and those that a signal killed. Killing is not theirs, but one that always dies of SIGILL is not tried for ever.
  std::int64_t killed_starts = 20;
};

}  // namespace headsweep::agent
