// Reads the table [slurm].
#pragma once

#include "sweep/document.h"
#include "sweep/slurm_options.h"

namespace headsweep::sweep {

// Throws UserError: a value that is not allowed.
SlurmOptions read_slurm(const Document& document);

}  // namespace headsweep::sweep
