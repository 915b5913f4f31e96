// Files that are read and written as a whole.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

namespace headsweep::trainer {

// All bytes of `path`. Throws UserError if it is missing, no regular file, or cannot be read.
std::vector<std::byte> read_whole_file(const std::filesystem::path& path);

// Replaces `path` by these bytes, durably and at once: temporary file beside it, fsync, rename, fsync of the
// folder. Makes the folder if need be. Throws UserError; `path` is then as it was.
void replace_file(const std::filesystem::path& path, std::span<const std::byte> bytes);

}  // namespace headsweep::trainer
