#include "cli/leftovers.h"

#include <string>
#include <system_error>
#include <unordered_map>
#include <vector>

#include "results/trial_states.h"

namespace headsweep::cli {
namespace {

namespace fs = std::filesystem;

// By the key that their names begin with.
std::unordered_map<std::string, std::vector<fs::path>> checkpoints_by_key(const fs::path& store) {
  std::unordered_map<std::string, std::vector<fs::path>> files;
  std::error_code ignored;  // no folder: no checkpoints
  for (const auto& entry : fs::directory_iterator(results::store_folder(store) / "checkpoints", ignored)) {
    const std::string name = entry.path().filename().string();
    files[name.substr(0, name.find('.'))].push_back(entry.path());
  }
  return files;
}

}  // namespace

void remove_needless_checkpoints(results::OwnedStore& store) {
  const auto checkpoints = checkpoints_by_key(store.path());
  std::vector<std::string> keys;
  for (const auto& [key, files] : checkpoints) keys.push_back(key);
  std::error_code ignored;  // one that stays takes room and does no harm
  for (const std::string& key : results::done_among(store, keys)) {
    for (const fs::path& file : checkpoints.at(key)) fs::remove(file, ignored);
  }
}

void remove_leftovers(const fs::path& store) {
  const fs::path folder = results::store_folder(store);
  std::error_code ignored;  // left-over files do no harm
  fs::remove_all(folder / "checkpoints", ignored);
  for (const auto& entry : fs::directory_iterator(folder / "models", ignored)) {
    if (entry.path().extension() == ".tmp") fs::remove(entry.path(), ignored);
  }
}

}  // namespace headsweep::cli
