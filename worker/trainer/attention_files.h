// headsweep-trainer --attention: what kept models attend to.
#pragma once

#include <string>
#include <vector>

namespace headsweep::trainer {

// A JSON list with an object for each file, in order: {"length", "sequences", "layers": [{"importance": [by head],
// "heads": [map by head], "combined": map}]}, or {"error"} if the file is damaged or is no model kept under its own
// key. A map is the lower triangle of an attention matrix as rows, query by query; it is the mean over the sequences
// of the held-out split that the trial was measured on. Combined: heads weighted by their importance.
std::string attention_of_files(const std::vector<std::string>& files);

}  // namespace headsweep::trainer
