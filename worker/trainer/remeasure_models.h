// headsweep-trainer --remeasure: what `headsweep run` stores of trained models, measured again from kept weights.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace headsweep::trainer {

// Writes one frame (protocol/frame.h) for each file, in order: TrialDone, whose attempt is the file's place among
// `files` and whose result has losses, accuracies, layers, heads, nulls, sequences and nodes, nothing else; or
// TrialError if the file is damaged or is no model kept under its own key. In the arithmetic that it was trained in, on
// the CPU.
void remeasure_models(const std::vector<std::string>& files, std::int64_t threads, std::ostream& out);

}  // namespace headsweep::trainer
