#include "results/owner_lock.h"

#include <fstream>

#include <sys/wait.h>
#include <unistd.h>

#include "results/clock.h"
#include "sample_store.h"

namespace headsweep::results {
namespace {

using std::chrono::milliseconds;
using testing::Test;

class OwnerLockTest : public Test {
 protected:
  [[nodiscard]] std::filesystem::path file() const { return folder_.path() / "owner"; }
  OwnerLock take(milliseconds patience) const { return {file(), "results.db", patience}; }

 private:
  TemporaryFolder folder_;
};

// A child process that holds the lock until it is told to end; the constructor returns when it does.
class ChildOwner {
 public:
  explicit ChildOwner(const std::filesystem::path& file) {
    int ready[2];
    int stop[2];
    if (pipe(ready) != 0 || pipe(stop) != 0) throw std::runtime_error("no pipe");
    pid_ = fork();
    if (pid_ == 0) {
      close(stop[1]);
      const OwnerLock lock(file, "results.db", milliseconds(0));
      char byte = 0;
      if (write(ready[1], &byte, 1) != 1) _exit(1);
      while (read(stop[0], &byte, 1) > 0) {
      }
      usleep(150'000);  // "just ending"
      _exit(0);         // as kill -9 does: nothing is cleared up
    }
    close(stop[0]);
    stop_ = stop[1];
    char byte = 0;
    if (read(ready[0], &byte, 1) != 1) throw std::runtime_error("the child died");
    close(ready[0]);
    close(ready[1]);
  }
  ~ChildOwner() {
    let_go();
    waitpid(pid_, nullptr, 0);
  }
  ChildOwner(const ChildOwner&) = delete;
  ChildOwner& operator=(const ChildOwner&) = delete;

  void let_go() {
    if (stop_ >= 0) close(stop_);
    stop_ = -1;
  }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int stop_ = -1;
};

TEST_F(OwnerLockTest, SecondOwnerIsRefusedWithHostPidAndTime) {
  const ChildOwner child(file());
  const std::string message = user_error_of([&] { take(milliseconds(50)); });
  EXPECT_NE(message.find("host " + host_name()), std::string::npos) << message;
  EXPECT_NE(message.find("pid " + std::to_string(child.pid())), std::string::npos) << message;
  EXPECT_NE(message.find(utc_now().substr(0, 10)), std::string::npos) << message;
}

TEST_F(OwnerLockTest, WaitsForAnOwnerThatIsJustEnding) {
  ChildOwner child(file());
  child.let_go();
  const OwnerLock lock = take(std::chrono::seconds(30));
  EXPECT_EQ(current_owner(file())->pid, getpid());
}

TEST_F(OwnerLockTest, TakesOverFromADeadOwnerAndNamesIt) {
  pid_t dead = 0;
  {
    const ChildOwner child(file());
    dead = child.pid();
  }
  const OwnerLock lock = take(milliseconds(0));
  ASSERT_TRUE(lock.predecessor());
  EXPECT_EQ(lock.predecessor()->pid, dead);
  EXPECT_EQ(lock.predecessor()->host, host_name());
}

// On a network file system the lock is the server's: held while that host's run lives, free once it has ended.
TEST_F(OwnerLockTest, AnOwnerOnAnotherHostIsRefusedByNameAndTakenOverFromOnceItsLockIsFree) {
  {
    const ChildOwner child(file());
    std::ofstream(file()) << "othernode 42 2026-01-02T03:04:05Z 1234\n";
    const std::string message = user_error_of([&] { take(std::chrono::seconds(60)); });
    EXPECT_NE(message.find("SLURM job 1234 on host othernode, pid 42, since 2026-01-02T03:04:05Z"),
              std::string::npos)
        << message;
    EXPECT_NE(message.find("wait until it ends"), std::string::npos) << message;
  }
  const OwnerLock lock = take(milliseconds(0));
  ASSERT_TRUE(lock.predecessor());
  EXPECT_EQ(lock.predecessor()->host, "othernode");
}

TEST_F(OwnerLockTest, LeavesNoPredecessorAfterACleanEnd) {
  { const OwnerLock lock = take(milliseconds(0)); }
  EXPECT_EQ(std::filesystem::file_size(file()), 0);
  EXPECT_FALSE(current_owner(file()));
  EXPECT_FALSE(take(milliseconds(0)).predecessor());
}

TEST_F(OwnerLockTest, ClosingTheFileElsewhereDoesNotDropIt) {
  const OwnerLock lock = take(milliseconds(0));
  { const std::ifstream reader(file()); }
  EXPECT_TRUE(current_owner(file()));
  EXPECT_NE(user_error_of([&] { take(milliseconds(0)); }).find("in use"), std::string::npos);
}

TEST_F(OwnerLockTest, SaysThatTheFolderIsMissing) {
  const std::string message = user_error_of(
      [&] { OwnerLock(file().parent_path() / "none" / "owner", "results.db", milliseconds(0)); });
  EXPECT_NE(message.find("No such file"), std::string::npos) << message;
}

}  // namespace
}  // namespace headsweep::results
