#include <memory>
#include <thread>

#include <gmock/gmock.h>

#include "errors/user_error.h"
#include "faulty_vfs.h"
#include "network_file_system.h"
#include "results/reader.h"
#include "results/verify.h"
#include "sample_store.h"

namespace headsweep::results {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class FaultsTest : public StoreTest {
 protected:
  FaultyVfs vfs_;
};

std::vector<Finding> verify_store(const std::filesystem::path& path) {
  StoreReader reader(path);
  return verify(reader);
}

// Runs the sample sweep on a disk that fails after so many bytes; the writer's message.
std::string run_until_failure(const std::filesystem::path& path, FaultyVfs& vfs, int code,
                              std::int64_t bytes) {
  OwnedStore store(path);
  const FrozenSweep frozen = freeze(store, sample_sweep());
  vfs.fail_writes_after(code, bytes);
  std::string message;
  try {
    run_all(store, frozen);
  } catch (const UserError& error) {
    message = error.what();
  }
  vfs.fail_writes(SQLITE_OK);
  return message;
}

TEST_F(FaultsTest, FullDiskEndsWritingWithOneLine) {
  const std::string message = run_until_failure(path(), vfs_, SQLITE_FULL, 0);
  EXPECT_THAT(message, HasSubstr("no space is left"));
  EXPECT_THAT(message, HasSubstr(path().string()));
}

TEST_F(FaultsTest, BrokenDiskEndsWritingWithOneLine) {
  EXPECT_THAT(run_until_failure(path(), vfs_, SQLITE_IOERR_WRITE, 0), HasSubstr("input/output error"));
}

// Wherever the disk becomes full, the store is whole and the run can be taken up.
TEST_F(FaultsTest, StoreIsConsistentWhereverTheDiskBecomesFull) {
  for (const std::int64_t bytes : {1'000, 5'000, 20'000, 50'000, 100'000, 200'000}) {
    const std::filesystem::path store_path = path().parent_path() / (std::to_string(bytes) + ".db");
    run_until_failure(store_path, vfs_, SQLITE_FULL, bytes);
    EXPECT_THAT(verify_store(store_path), IsEmpty()) << bytes;
    OwnedStore store(store_path);
    const FrozenSweep frozen = freeze(store, sample_sweep());
    EXPECT_EQ(static_cast<std::int64_t>(frozen.open.size()) + frozen.done, 12);
    run_all(store, frozen);
    EXPECT_EQ(sql_integer(store_path, "SELECT count(*) FROM layer_results"), 48) << bytes;
  }
}

// What failed is not known to be in the file, so the run ends; what is there is whole and can be taken up.
void expect_resumable(const std::filesystem::path& path) {
  EXPECT_THAT(verify_store(path), IsEmpty());
  OwnedStore store(path);
  run_all(store, freeze(store, sample_sweep()));
  EXPECT_EQ(sql_integer(path, "SELECT count(*) FROM layer_results"), 48);
}

// One commit a trial, until an fsync fails; the writer's message.
std::string commit_until_failure(OwnedStore& store, const FrozenSweep& frozen) {
  StoreWriter writer(store, frozen.sweep);
  protocol::AttemptId attempt = 0;
  for (const OpenTrial& open : frozen.open) {
    protocol::TrialResult result = sample_result(open.trial);
    result.parameters = open.parameters;
    writer.submit(AttemptStarted{++attempt, open.trial, 1});
    writer.submit(AttemptSucceeded{attempt, open.trial, std::move(result)});
    while (writer.take_committed().empty()) {
      if (const auto failure = writer.failure()) return *failure;
      std::this_thread::yield();
    }
  }
  return "";
}

TEST_F(FaultsTest, AFailedFsyncEndsWritingWithOneLineWhereverItComes) {
  for (const std::int64_t count : {0, 1, 2, 3}) {
    for (const bool network : {false, true}) {
      const std::filesystem::path store_path =
          path().parent_path() / (std::to_string(count) + (network ? "network.db" : "local.db"));
      const auto pretended = network ? std::make_unique<NetworkFileSystem>() : nullptr;
      {
        OwnedStore store(store_path);
        const FrozenSweep frozen = freeze(store, sample_sweep());
        vfs_.fail_syncs_after(SQLITE_IOERR_FSYNC, count);
        EXPECT_THAT(commit_until_failure(store, frozen), HasSubstr("input/output error")) << store_path;
        vfs_.fail_syncs_after(SQLITE_OK, 0);
      }
      expect_resumable(store_path);
    }
  }
}

// Of the rollback journal, which is cut short with every commit.
TEST_F(FaultsTest, AFailedTruncationEndsWritingWithOneLine) {
  const NetworkFileSystem network;
  {
    OwnedStore store(path());
    const FrozenSweep frozen = freeze(store, sample_sweep());
    vfs_.fail_truncations(SQLITE_IOERR_TRUNCATE);
    EXPECT_THAT(user_error_of([&] { run_all(store, frozen); }), HasSubstr("input/output error"));
    vfs_.fail_truncations(SQLITE_OK);
  }
  expect_resumable(path());
}

TEST_F(FaultsTest, NothingIsSubmittedOrCommittedAfterAFailure) {
  OwnedStore store(path());
  const FrozenSweep frozen = freeze(store, sample_sweep());
  StoreWriter writer(store, frozen.sweep);
  vfs_.fail_writes_after(SQLITE_FULL, 0);
  writer.submit(AttemptStarted{1, 1, 1});
  writer.submit(AttemptSucceeded{1, 1, sample_result(1)});
  EXPECT_THROW(writer.finish(), UserError);
  vfs_.fail_writes(SQLITE_OK);
  writer.submit(AttemptStarted{2, 2, 1});
  EXPECT_THROW(writer.finish(), UserError);
  EXPECT_THAT(writer.take_committed(), IsEmpty());
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM attempts"), 0);
}

TEST_F(FaultsTest, FullDiskWhileTheStoreIsMadeLeavesNothingHalfWritten) {
  vfs_.fail_writes_after(SQLITE_FULL, 30'000);
  EXPECT_THAT(user_error_of([&] { OwnedStore{path()}; }), HasSubstr("no space is left"));
  vfs_.fail_writes(SQLITE_OK);
  OwnedStore store(path());
  EXPECT_EQ(freeze(store, sample_sweep()).open.size(), 12);
}

TEST_F(FaultsTest, FullDiskWhileThePlanIsWrittenLeavesAnEmptyStore) {
  OwnedStore store(path());
  vfs_.fail_writes_after(SQLITE_FULL, 0);
  EXPECT_THAT(user_error_of([&] { freeze(store, sample_sweep()); }), HasSubstr("no space is left"));
  vfs_.fail_writes(SQLITE_OK);
  EXPECT_EQ(freeze(store, sample_sweep()).open.size(), 12);
}

TEST_F(FaultsTest, ReadOnlyStoreIsRefusedForWritingButCanBeRead) {
  make_finished_store(path());
  vfs_.refuse_writing(true);
  EXPECT_THAT(user_error_of([&] { OwnedStore{path()}; }), HasSubstr("cannot be written"));
  StoreReader reader(path());
  EXPECT_THAT(verify(reader), IsEmpty());
}

}  // namespace
}  // namespace headsweep::results
