// Which kind of file system a store lies on.
#pragma once

#include <filesystem>

namespace headsweep::results {

// Whether `folder` is known to lie on a file system of this machine alone (ext4, xfs, btrfs, tmpfs, ...). False for
// network file systems and for kinds that are not known: there SQLite's shared-memory journal (WAL) is not safe.
bool is_local_file_system(const std::filesystem::path& folder);

// The same of a type, as statfs(2) has it in f_type.
bool is_local_file_system_type(unsigned long type);

}  // namespace headsweep::results
