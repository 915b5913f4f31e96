// The devices that the trainer's LibTorch can use; headsweep itself links no CUDA and asks.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace headsweep::cli {

// "cpu", "cuda:0 NVIDIA H200", ... Loads LibTorch in a child, about a second. Throws UserError if it does not start.
std::vector<std::string> trainer_devices(const std::filesystem::path& trainer);

}  // namespace headsweep::cli
