#include "results/building_folder.h"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <string>
#include <system_error>

#include "errors/user_error.h"

namespace headsweep::results {
namespace {

namespace fs = std::filesystem;

constexpr const char* kInUse = "in-use";

bool is_left(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder / kInUse, error)) return !LockFile::is_locked(folder / kInUse);
  const fs::file_time_type made = fs::last_write_time(folder, error);
  return !error && fs::file_time_type::clock::now() - made > std::chrono::minutes(1);
}

void remove_left_ones(const fs::path& above, const std::string& prefix) {
  std::error_code ignored;  // what cannot be removed is in nobody's way
  for (const auto& entry : fs::directory_iterator(above, ignored)) {
    const bool is_one = entry.path().filename().string().starts_with(prefix);
    if (is_one && is_left(entry.path())) fs::remove_all(entry.path(), ignored);
  }
}

fs::path make_folder(const fs::path& above, const std::string& prefix) {
  std::string name = (above / prefix).string() + "XXXXXX";
  if (mkdtemp(name.data()) != nullptr) return name;
  throw UserError("cannot make a folder in " + above.string() + ": " +
                  std::generic_category().message(errno));
}

}  // namespace

BuildingFolder::BuildingFolder(const fs::path& above, const std::string& prefix) {
  remove_left_ones(above, prefix);
  path_ = make_folder(above, prefix);
  try {
    in_use_.emplace(path_ / kInUse);
    in_use_->try_lock();
  } catch (const UserError&) {
    remove_it();
    throw;
  }
}

BuildingFolder::~BuildingFolder() {
  remove_it();
}

void BuildingFolder::remove_it() const {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace headsweep::results
