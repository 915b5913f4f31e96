// Attention of chosen trials, recomputed from the weights that the run kept.
#pragma once

#include "results/report/attention_source.h"
#include "results/report/done_trials.h"

namespace headsweep::report {

// Of each task the best, the median and the worst trial by the first primary metric, among those with kept weights:
// {"note" (what is missing and why, or ""), "trials": [{"trial", "why", "task", "label", "seed", "length", "sequences",
// "layers": [{"importance": [], "heads": [packed], "combined": packed}]}]}. A packed map is the lower triangle row by
// row in base64, a byte an entry: 255 times the square root of the attention, a mean over held-out sequences.
// Throws SQLite::Exception; what the source cannot tell goes in the note.
Json attention_json(SQLite::Database& database, const results::Statistics& statistics,
                    const DoneTrials& trials, const std::filesystem::path& store_folder,
                    const AttentionSource& source);

}  // namespace headsweep::report
