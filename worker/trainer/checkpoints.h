// The checkpoints of trials below the store's folder: STORE.d/checkpoints/<key>.<step>.ckpt, the two newest
// of a trial.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "worker/trainer/model_file.h"

namespace headsweep::trainer {

inline constexpr std::size_t kCheckpointsKept = 2;

// Writes one, then removes all but the newest kCheckpointsKept of that trial. Throws UserError.
void save_checkpoint(const std::filesystem::path& store_folder, const ModelFile& checkpoint);

// The newest whole checkpoint of that trial that was made with equal numerics. Says on stderr, in one line
// each, which files it passed over and why. A trial of other settings or arithmetic is never resumed.
std::optional<ModelFile> newest_checkpoint(const std::filesystem::path& store_folder, const std::string& key,
                                           const std::string& numerics);

// Removes all checkpoints of that trial. Whoever knows that its result is committed calls it: the trainer does for the trials it
// answered, when it is told so between two bundles; what is left at the end of a run is left to the coordinator.
void remove_checkpoints(const std::filesystem::path& store_folder, const std::string& key);

}  // namespace headsweep::trainer
