// Sequences that a person gives to be measured on.
#pragma once

#include <filesystem>

#include "trial/settings.h"
#include "worker/trainer/batches.h"

namespace headsweep::trainer {

// Reads a JSON object whose `tokens` are a list of sequences of model.length token ids, and whose `targets`,
// if there, are as many target ids or nulls (no loss). Without `targets` they are those of the settings' task
// where they follow from the tokens (Task::targets_of()), and elsewhere no position carries a loss. Other
// keys are ignored. Requires checked settings. Throws UserError.
Sequences read_input_sequences(const std::filesystem::path& path, const trial::Settings& settings);

}  // namespace headsweep::trainer
