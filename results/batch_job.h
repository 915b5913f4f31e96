// The batch job that this process runs in.
#pragma once

#include <string>

namespace headsweep::results {

// As squeue and scancel take it: "12", or "12_3" for an element of an array; empty outside of SLURM.
std::string slurm_job();

}  // namespace headsweep::results
