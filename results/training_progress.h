// How much of a sweep is trained, and how long the rest will take.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "results/reader.h"

namespace headsweep::results {

// One word that changes whenever a trial ends or a checkpoint goes further: "done=3,failed=0,steps=1200", the steps those
// of the newest checkpoints. Throws UserError.
std::string progress_mark(StoreReader& store);

struct OpenWork {
  std::int64_t open;      // trials planned or running
  std::int64_t measured;  // trials that the rates are taken from
  double worker_seconds;  // of one worker, to train and measure the open ones; 0 if nothing is measured
};

// From the rate of steps that the store's own trials had on devices whose name begins with `device` (cpu, cuda): of the same
// arm where there is one, else by floating-point operations. Throws UserError.
OpenWork open_work(StoreReader& store, std::string_view device);

}  // namespace headsweep::results
