// A trained model from a file, whatever wrote it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "trial/settings.h"

namespace headsweep::trainer {

struct LoadedModel {
  // Of a model or checkpoint of headsweep: those of its trial. Of a state_dict: shapes from the tensors, the
  // rest default.
  trial::Settings settings;
  bool knows_task;                 // whether settings.training.task is that of its training
  std::vector<double> parameters;  // in the order of trial::parameter_layout()
};

// `heads`: head count of a state_dict, which does not say it; needed there. Throws UserError if the file is
// damaged, no model, or contradicts `heads`.
LoadedModel load_model(const std::filesystem::path& path, std::optional<std::int64_t> heads);

}  // namespace headsweep::trainer
