#include "worker/agent/trainer_device.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string_view>

namespace headsweep::agent {
namespace {

// CUDA ends the list at the first entry that is no device ("-1", "").
std::int64_t listed_devices(std::string_view list) {
  std::int64_t count = 0;
  while (!list.empty() && list.front() != '-' && list.front() != ',') {
    ++count;
    const std::size_t comma = list.find(',');
    list = comma == std::string_view::npos ? "" : list.substr(comma + 1);
  }
  return count;
}

}  // namespace

std::int64_t visible_gpus() {
  std::error_code error;
  const std::filesystem::directory_iterator gpus("/proc/driver/nvidia/gpus", error);
  if (error) return 0;
  const auto present = static_cast<std::int64_t>(std::distance(begin(gpus), end(gpus)));
  // Nothing in this program writes to the environment.
  const char* list = std::getenv("CUDA_VISIBLE_DEVICES");  // NOLINT(concurrency-mt-unsafe)
  return list == nullptr ? present : std::min(present, listed_devices(list));
}

std::string trainer_device(const std::string& device, std::int64_t local_worker_index, std::int64_t gpus) {
  if (device == "auto" && gpus == 0) return "cpu";
  if (device != "auto" && device != "cuda") return device;
  return "cuda:" + std::to_string(gpus == 0 ? local_worker_index : local_worker_index % gpus);
}

}  // namespace headsweep::agent
