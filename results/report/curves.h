// Along the training: accuracy, loss and the layers' core metrics by step, as means over seeds with their intervals.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "results/report/done_trials.h"

namespace headsweep::report {

// {"split", "metrics": [places among `metrics`],
//  "arms": [{"steps", "accuracy", "accuracy_low", "accuracy_high", "loss", "loss_low", "loss_high",
//            "layers": {layer: {"steps", "mean", "low", "high"}}} or null]}
// Packed (packed_numbers.h); those of layers metric after metric. Accuracy and loss are of training batches, of at most
// 60 steps a curve, fewer where there are
// many arms. Layers are those that were measured along the way on `split` ([measure] every), all of them or, in
// large stores, `most_characters` of them; the mean over layers and the last one where [analysis] `layers` asks for it.
// Throws SQLite::Exception.
Json curves_json(SQLite::Database& database, const results::Statistics& statistics,
                 const std::vector<metrics::Metric>& metrics, const DoneTrials& trials,
                 std::size_t most_characters);

}  // namespace headsweep::report
