// Who computes attention from kept weights: the trainer has LibTorch, this program has not.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace headsweep::report {

// The answer of `headsweep-trainer --attention` for these model files: JSON, see worker/trainer/attention_files.h. Throws
// UserError if it cannot be asked.
using AttentionSource = std::function<std::string(const std::vector<std::filesystem::path>& models)>;

}  // namespace headsweep::report
