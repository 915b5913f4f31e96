// What `headsweep plan` prints.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include "cli/time_estimate.h"
#include "sweep/plan.h"

namespace headsweep::cli {

struct PlannedTime {
  Workers workers;
  TimeEstimate estimate;
};

// What is known of a plan's training before it begins.
struct TrainingForecast {
  std::string step;    // of --step
  std::string device;  // of --device
  std::optional<PlannedTime> time;
};

// One JSON document: {"sweep", "hash", "count", "parameters", "gpus_per_trial", "notes", "trials", "bundles", "estimate"}. A trial has
// the columns of trial_results that are known before training, on one line; `steps`, `tokens` and `flops` are those
// planned, `step_kind` is that of step_forecast.h. Written trial by trial, so that it takes no memory beside the plan.
// "estimate" has "flops" and, where `forecast` has a time, "seconds" of the run, "trial_seconds" of all trials one after the
// other, "workers" and "threads".
void write_plan_json(std::ostream& out, const sweep::Plan& plan, const TrainingForecast& forecast);

// For people: what the plan is, its notes, and a table with a line an arm: the settings that differ between arms, the
// ledger, how often each is trained.
void write_plan_text(std::ostream& out, const sweep::Plan& plan, const TrainingForecast& forecast);

// Of all trials.
double total_flops(const sweep::Plan& plan);

}  // namespace headsweep::cli
