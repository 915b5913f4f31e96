// Files that are read and written as a whole.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace headsweep::trainer {

// All bytes of `path`. Throws UserError if it is missing, no regular file, or cannot be read.
std::vector<std::byte> read_whole_file(const std::filesystem::path& path);

// Of the temporary files of replace_file(), which stay behind only where its process was killed.
inline constexpr std::string_view kTemporarySuffix = ".tmp";

// Replaces `path` by these bytes, durably and at once: temporary file of a random
// name beside it, fsync, rename, fsync of the
// folder. Makes the folder if need be. Throws UserError; `path` is then as it was.
void replace_file(const std::filesystem::path& path, std::span<const std::byte> bytes);

}  // namespace headsweep::trainer
