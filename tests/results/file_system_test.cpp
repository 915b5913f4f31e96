#include "results/file_system.h"

#include <array>
#include <cerrno>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <linux/magic.h>
#include <sys/mount.h>

#include "network_file_system.h"
#include "results/store.h"
#include "sample_store.h"
#include "tests/temporary_folder.h"

namespace headsweep::results {
namespace {

namespace fs = std::filesystem;

TEST(FileSystemTest, WhatIsOnThisMachineAloneIsLocal) {
  constexpr std::array<unsigned long, 7> kTypes = {EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC,
                                                   F2FS_SUPER_MAGIC, TMPFS_MAGIC,     OVERLAYFS_SUPER_MAGIC,
                                                   0x2fc12fc1 /* ZFS */};
  for (const unsigned long type : kTypes) EXPECT_TRUE(is_local_file_system_type(type)) << std::hex << type;
}

// Of file systems that several hosts may write, and FUSE, behind which anything may be.
TEST(FileSystemTest, WhatHostsShareIsNot) {
  constexpr std::array<unsigned long, 14> kTypes = {NFS_SUPER_MAGIC,
                                                    SMB_SUPER_MAGIC,
                                                    CIFS_SUPER_MAGIC,
                                                    SMB2_SUPER_MAGIC,
                                                    CEPH_SUPER_MAGIC,
                                                    AFS_SUPER_MAGIC,
                                                    V9FS_MAGIC,
                                                    FUSE_SUPER_MAGIC,
                                                    OCFS2_SUPER_MAGIC,
                                                    0x01161970 /* GFS2 */,
                                                    0x0bd00bd0 /* Lustre */,
                                                    0x47504653 /* GPFS */,
                                                    0x19830326 /* BeeGFS */,
                                                    0x20030528 /* OrangeFS */};
  for (const unsigned long type : kTypes) EXPECT_FALSE(is_local_file_system_type(type)) << std::hex << type;
}

TEST(FileSystemTest, WhatIsNotKnownIsNot) {
  EXPECT_FALSE(is_local_file_system("/proc"));
  EXPECT_FALSE(is_local_file_system("/no such folder"));
}

// A folder with another file system mounted on it, while it lives.
class Mount {
 public:
  Mount(fs::path place, const char* type, const std::string& options) : place_(std::move(place)) {
    fs::create_directories(place_);
    mounted_ = mount(type, place_.c_str(), type, 0, options.c_str()) == 0;
    error_ = errno;
  }
  ~Mount() {
    if (mounted_) umount(place_.c_str());
  }
  Mount(const Mount&) = delete;
  Mount& operator=(const Mount&) = delete;

  [[nodiscard]] bool mounted() const { return mounted_; }
  [[nodiscard]] bool may_not() const { return !mounted_ && (error_ == EPERM || error_ == EACCES); }

 private:
  fs::path place_;
  bool mounted_ = false;
  int error_ = 0;
};

// A store there is written with a write-ahead log.
void expect_store_with_log(const fs::path& folder) {
  EXPECT_TRUE(is_local_file_system(folder));
  const OwnedStore store(folder / "results.db");
  EXPECT_EQ(std::get<std::string>(sql_cell(folder / "results.db", "PRAGMA journal_mode")), "wal");
}

TEST(FileSystemTest, StoresOnMountedOnesHaveTheirWriteAheadLog) {
  const TemporaryFolder folder;
  const Mount memory(folder.path() / "tmpfs", "tmpfs", "size=16m");
  if (memory.may_not()) GTEST_SKIP() << "only root may mount";
  ASSERT_TRUE(memory.mounted());
  expect_store_with_log(folder.path() / "tmpfs");
  const fs::path base = folder.path() / "tmpfs";
  for (const char* part : {"lower", "upper", "work"}) fs::create_directory(base / part);
  const Mount over(folder.path() / "overlay", "overlay",
                   "lowerdir=" + (base / "lower").string() + ",upperdir=" + (base / "upper").string() +
                       ",workdir=" + (base / "work").string());
  ASSERT_TRUE(over.mounted());
  expect_store_with_log(folder.path() / "overlay");
}

constexpr int kFull = 2;  // of PRAGMA synchronous

std::string journal_mode(OwnedStore& store) {
  return store.database().execAndGet("PRAGMA journal_mode").getString();
}

TEST(FileSystemTest, ANetworkFileSystemsStoreIsWrittenWithARollbackJournalAndFullySynchronised) {
  const TemporaryFolder folder;
  const NetworkFileSystem network;
  OwnedStore store(folder.path() / "results.db");
  EXPECT_EQ(journal_mode(store), "truncate");
  EXPECT_EQ(store.database().execAndGet("PRAGMA synchronous").getInt(), kFull);
}

TEST(FileSystemTest, ALocalFileSystemsStoreHasAWriteAheadLogAndIsFullySynchronised) {
  const TemporaryFolder folder;
  if (!is_local_file_system(folder.path()))
    GTEST_SKIP() << "temporary files are not on a local file system here";
  OwnedStore store(folder.path() / "results.db");
  EXPECT_EQ(journal_mode(store), "wal");
  EXPECT_EQ(store.database().execAndGet("PRAGMA synchronous").getInt(), kFull);
}

TEST(FileSystemTest, AStoreThatMovedToANetworkFileSystemLosesItsWriteAheadLog) {
  const TemporaryFolder folder;
  { const OwnedStore store(folder.path() / "results.db"); }
  sql(folder.path() / "results.db", "PRAGMA journal_mode = WAL");  // as a killed run leaves it
  const NetworkFileSystem network;
  OwnedStore store(folder.path() / "results.db");
  EXPECT_EQ(journal_mode(store), "truncate");
}

}  // namespace
}  // namespace headsweep::results
