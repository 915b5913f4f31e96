#include "results/building_folder.h"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include "errors/user_error.h"

namespace headsweep::results {
namespace {

namespace fs = std::filesystem;

void remove_left_ones(const fs::path& above, const std::string& prefix) {
  std::error_code ignored;  // what cannot be removed is in nobody's way
  for (const auto& entry : fs::directory_iterator(above, ignored)) {
    if (entry.path().filename().string().starts_with(prefix)) fs::remove_all(entry.path(), ignored);
  }
}

}  // namespace

BuildingFolder::BuildingFolder(const fs::path& above, const std::string& prefix) {
  remove_left_ones(above, prefix);
  std::string name = (above / prefix).string() + "XXXXXX";
  if (mkdtemp(name.data()) == nullptr) {
    throw UserError("cannot make a folder in " + above.string() + ": " +
                    std::generic_category().message(errno));
  }
  path_ = name;
}

BuildingFolder::~BuildingFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace headsweep::results
