// Files that are read and written as a whole.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "errors/user_error.h"

namespace headsweep::trainer {

// A file below the store's folder cannot be written, or its folder not be made: the disk, not the trial.
class CannotWrite : public UserError {
 public:
  using UserError::UserError;
};

// All bytes of `path`. Throws UserError if it is missing, no regular file, or cannot be read.
std::vector<std::byte> read_whole_file(const std::filesystem::path& path);

// Of the temporary files of replace_file(), which stay behind only where its process was killed.
inline constexpr std::string_view kTemporarySuffix = ".tmp";

// Replaces `path` by these bytes, durably and at once: temporary file of a random
// name beside it, fsync, rename, fsync of the
// folder. Makes the folder if need be, but none above it: where that is missing, a file system is not mounted. Throws
// CannotWrite, or UserError where only this one file cannot be replaced; `path` is then as it was.
void replace_file(const std::filesystem::path& path, std::span<const std::byte> bytes);

}  // namespace headsweep::trainer
