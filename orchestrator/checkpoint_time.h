// How long a bundle takes from the moment its turn comes until it can be checkpointed: until its first update.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "protocol/links.h"

namespace headsweep::orchestrator {

// Of a first bundle: a trainer's start, and its first progress message.
inline constexpr double kUnknownSeconds = 1;

// Measured at the first progress message of every bundle (half a second after its first update at most) or its first
// result, setting up and, for a worker's first bundle, the trainer's start included. O(log n) per call.
class CheckpointTimes {
 public:
  // `flops`: of one update of the whole bundle. The newest counts.
  void observe(protocol::WorkerId worker, double seconds, double flops);
  // What such a bundle would take at that worker; by the slowest of the others where this one has shown nothing yet.
  // A cheaper bundle than the one measured takes as long, a dearer one in proportion. kUnknownSeconds while nobody knows.
  [[nodiscard]] double seconds_for(protocol::WorkerId worker, double flops) const;

 private:
  struct Measured {
    double seconds;
    double flops;
  };
  [[nodiscard]] static double scaled(const Measured& measured, double flops);

  std::map<protocol::WorkerId, Measured> newest_;
};

}  // namespace headsweep::orchestrator
