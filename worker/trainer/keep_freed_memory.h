// How the C library treats memory that is freed.
#pragma once

namespace headsweep::trainer {

// Every step frees and asks for the same large blocks. By default the C library gives each back to the
// kernel, which clears it again: up to a third of the time of a step with many heads. From now on it keeps
// them. Once, in main().
void keep_freed_memory();

}  // namespace headsweep::trainer
