#include "worker/agent/trainer_device.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "errors/user_error.h"

namespace headsweep::agent {

bool nvidia_driver_loaded() {
  // Linux; inside containers; under Windows.
  constexpr std::array kSigns{"/proc/driver/nvidia/version", "/dev/nvidiactl", "/dev/dxg"};
  std::error_code ignored;
  return std::ranges::any_of(kSigns,
                             [&](const char* sign) { return std::filesystem::exists(sign, ignored); });
}

std::vector<std::string> visible_slices(const char* list) {
  std::vector<std::string> slices;
  std::string_view rest = list == nullptr ? "" : list;
  // CUDA ends the list at the first entry that it does not understand.
  while (rest.starts_with("MIG-")) {
    const std::size_t comma = rest.find(',');
    slices.emplace_back(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? "" : rest.substr(comma + 1);
  }
  return slices;
}

std::optional<std::size_t> own_gpu(const std::vector<std::vector<std::string>>& uuids, std::size_t worker) {
  std::set<std::string> taken;
  for (std::size_t w = 0; w <= worker; ++w) {
    const auto free = std::ranges::find_if(uuids[w], [&](const auto& uuid) { return !taken.contains(uuid); });
    if (w == worker && free != uuids[w].end()) return static_cast<std::size_t>(free - uuids[w].begin());
    if (free != uuids[w].end()) taken.insert(*free);
  }
  return std::nullopt;
}

std::optional<TrainerDevice> choose_device(std::string_view requested, const std::vector<UsableGpu>& own,
                                           const std::vector<std::vector<std::string>>& uuids,
                                           std::size_t worker) {
  const bool none_here = std::ranges::all_of(uuids, [](const auto& list) { return list.empty(); });
  if (requested == "cpu" || (requested == "auto" && none_here)) return TrainerDevice{};
  const auto index = own_gpu(uuids, worker);
  return index ? std::optional(own[*index].device) : std::nullopt;
}

TrainerDevice device_for_run(std::string_view requested, const TrainerDevice& own) {
  if (requested == "cpu") return {};
  if (requested == "cuda" && own.name == "cpu")
    throw UserError("the run asks for --device cuda, but this worker was started for the CPU");
  return own;
}

}  // namespace headsweep::agent
