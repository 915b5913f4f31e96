// Results measured again: what an older program stored is replaced by what this one measures of the weights kept.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocol/messages.h"
#include "results/store.h"

namespace headsweep::results {

// A trial that is done and has rows of an older metrics_version.
struct OutdatedTrial {
  protocol::TrialId trial;
  std::int64_t metrics_version;  // the oldest of its rows
  std::string model_file;        // below the store's folder; empty: its weights were not kept
  bool has_curve_metrics;        // along the way of its training, which cannot be measured again
};

// In plan order. Throws UserError.
std::vector<OutdatedTrial> outdated_trials(OwnedStore& store);

// Replaces everything that was measured of the trial's final weights (layers, heads, nulls, sequences, positions), in
// one transaction; losses, accuracies, times and the curve stay as they were. Throws UserError; then nothing changed.
void replace_measurements(OwnedStore& store, protocol::TrialId trial, const protocol::TrialResult& measured);

// The same for the nulls in closed form, which need no weights. Returns how many rows were replaced. Throws UserError.
std::int64_t replace_closed_nulls(OwnedStore& store);

// An event that says so. Throws UserError.
void record_remeasurement(OwnedStore& store, const std::string& message);

}  // namespace headsweep::results
