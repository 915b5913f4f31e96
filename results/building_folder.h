// Where a store is built before it takes its place.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "results/lock_file.h"

namespace headsweep::results {

// A new folder below another one, for its maker only and with a name that cannot be foreseen; it goes with its contents when
// this ends. Those of the same prefix that killed programs left are removed first: each holds a file that its maker has locked
// while it lives. One that has no such file may be just being made, and is left alone for a minute. Throws UserError.
class BuildingFolder {
 public:
  explicit BuildingFolder(const std::filesystem::path& above, const std::string& prefix = "building-");
  ~BuildingFolder();
  BuildingFolder(const BuildingFolder&) = delete;
  BuildingFolder& operator=(const BuildingFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  void remove_it() const;

  std::filesystem::path path_;
  std::optional<LockFile> in_use_;
};

}  // namespace headsweep::results
