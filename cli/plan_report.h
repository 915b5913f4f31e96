// What `headsweep plan` prints.
#pragma once

#include <iosfwd>

#include "sweep/plan.h"

namespace headsweep::cli {

// One JSON document: {"sweep", "hash", "count", "parameters", "notes", "trials", "bundles", "estimate"}. A trial has
// the columns of trial_results that are known before training, on one line; `steps`, `tokens` and `flops` are those
// planned. `cpu_step` is the training step that it takes on a CPU: fused or eager. Written trial by trial, so that it
// takes no memory beside the plan.
void write_plan_json(std::ostream& out, const sweep::Plan& plan);

// For people: what the plan is, its notes, and a table with a line an arm: the settings that differ between arms, the
// ledger, how often each is trained.
void write_plan_text(std::ostream& out, const sweep::Plan& plan);

// Of all trials.
double total_flops(const sweep::Plan& plan);

}  // namespace headsweep::cli
