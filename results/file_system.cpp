#include "results/file_system.h"

#include <algorithm>
#include <array>

#include <linux/magic.h>
#include <sys/vfs.h>

namespace headsweep::results {
namespace {

// Magic numbers of statfs(2); those without a name in linux/magic.h are from the sources of the file systems.
constexpr unsigned long kZfsMagic = 0x2fc12fc1;
constexpr unsigned long kJfsMagic = 0x3153464a;
constexpr unsigned long kBcachefsMagic = 0xca451a4e;
constexpr std::array<unsigned long, 11> kLocal = {
    EXT4_SUPER_MAGIC,      XFS_SUPER_MAGIC,  BTRFS_SUPER_MAGIC,    TMPFS_MAGIC, RAMFS_MAGIC,
    OVERLAYFS_SUPER_MAGIC, F2FS_SUPER_MAGIC, REISERFS_SUPER_MAGIC, kZfsMagic,   kJfsMagic,
    kBcachefsMagic,
};

}  // namespace

bool is_local_file_system(const std::filesystem::path& folder) {
  struct statfs status {};
  if (statfs(folder.c_str(), &status) != 0) return false;
  return is_local_file_system_type(static_cast<unsigned long>(status.f_type));
}

bool is_local_file_system_type(unsigned long type) {
  return std::ranges::find(kLocal, type) != kLocal.end();
}

}  // namespace headsweep::results
