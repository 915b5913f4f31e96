#include "results/owner_lock.h"

#include <csignal>
#include <fstream>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "results/clock.h"
#include "results/owner_beat.h"
#include "sample_store.h"

namespace headsweep::results {
namespace {

using std::chrono::milliseconds;
using testing::Test;

class OwnerLockTest : public Test {
 protected:
  [[nodiscard]] std::filesystem::path file() const { return folder_.path() / "owner"; }
  OwnerLock take(const OwnerPatience& patience) const { return {file(), "results.db", patience}; }
  OwnerLock take(milliseconds ending) const { return take(OwnerPatience{.ending = ending}); }
  void write(const Owner& owner) const { std::ofstream(file()) << to_text(owner); }

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
      const OwnerLock lock(file, "results.db", {.ending = milliseconds(0)});
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

// Of another host, whose kernel keeps its locks to itself, as NFS mounted with nolock does: only its text is seen here.
Owner elsewhere() {
  return {"othernode", 42, "2026-01-02T03:04:05.000Z", "1234", "2026-01-02T03:04:06.000Z", "otherboot", 7};
}

// Renews the beat of an owner for as long as it lives.
class BeatingElsewhere {
 public:
  explicit BeatingElsewhere(const std::filesystem::path& file) {
    std::ofstream(file) << to_text(elsewhere());
    descriptor_ = open(file.c_str(), O_RDWR | O_CLOEXEC);
    beat_.emplace(file, descriptor_, elsewhere(), milliseconds(20));
  }
  ~BeatingElsewhere() {
    beat_.reset();
    close(descriptor_);
  }
  BeatingElsewhere(const BeatingElsewhere&) = delete;
  BeatingElsewhere& operator=(const BeatingElsewhere&) = delete;

  [[nodiscard]] bool is_lost() { return beat_->is_lost(); }

 private:
  int descriptor_ = -1;
  std::optional<OwnerBeat> beat_;
};

TEST_F(OwnerLockTest, AnOwnerThatEndedAndWasNotAskedForIsDead) {
  ChildOwner child(file());
  child.let_go();
  siginfo_t ended{};
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child.pid()), &ended, WEXITED | WNOWAIT), 0);
  EXPECT_TRUE(is_known_dead(*read_owner(file())));
}

TEST_F(OwnerLockTest, AFreeLockIsNoProofThatAnOwnerOnAnotherHostIsGone) {
  const BeatingElsewhere owner(file());
  const std::string message = user_error_of([&] { take({.silence = std::chrono::minutes(10)}); });
  EXPECT_NE(message.find("in use by SLURM job 1234 on host othernode, pid 42, since 2026-01-02T03:04:05"),
            std::string::npos)
      << message;
  EXPECT_EQ(read_owner(file())->host, "othernode");
}

TEST_F(OwnerLockTest, TakesOverFromAnOwnerOnAnotherHostThatWasSeenSilentForLongEnough) {
  write(elsewhere());
  std::vector<std::string> said;
  OwnerPatience patience{.silence = milliseconds(1500)};
  patience.tell = [&](const std::string& line) { said.push_back(line); };
  const auto began = std::chrono::steady_clock::now();
  const OwnerLock lock = take(patience);
  EXPECT_GE(std::chrono::steady_clock::now() - began, patience.silence);
  ASSERT_EQ(said.size(), 1U);
  EXPECT_NE(said[0].find("host othernode, pid 42, since 2026-01-02T03:04:05.000Z: waiting up to 1 s"),
            std::string::npos)
      << said[0];
  ASSERT_TRUE(lock.predecessor());
  EXPECT_EQ(lock.predecessor()->host, "othernode");
  EXPECT_EQ(read_owner(file())->pid, getpid());
}

TEST_F(OwnerLockTest, AnOwnerThatReturnsAfterItWasTakenOverFromLearnsThat) {
  BeatingElsewhere owner(file());
  write(this_process());
  while (!owner.is_lost()) std::this_thread::sleep_for(milliseconds(5));
  EXPECT_EQ(read_owner(file())->pid, getpid()) << "it does not write over the new owner's name";
}

// What `child` ends with, after `meanwhile` was done while it had stopped itself.
template <class Meanwhile>
int exit_code_of_stopped(pid_t child, Meanwhile meanwhile) {
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, WUNTRACED), child);
  EXPECT_TRUE(WIFSTOPPED(status));
  meanwhile();
  kill(child, SIGCONT);
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(OwnerLockTest, AnOwnerThatWasStoppedLooksBeforeItSaysThatTheStoreIsItsOwn) {
  constexpr milliseconds kInterval(100);
  const pid_t child = fork();
  if (child == 0) {
    OwnerLock lock = take({.interval = kInterval});
    raise(SIGSTOP);
    _exit(lock.is_lost() ? 0 : 1);
  }
  const int code = exit_code_of_stopped(child, [&] {
    write(elsewhere());
    std::this_thread::sleep_for(3 * kInterval);
  });
  EXPECT_EQ(code, 0);
  EXPECT_EQ(read_owner(file())->host, "othernode") << "it does not write over the new owner's name";
}

TEST_F(OwnerLockTest, TheTimeInWhichATakerWasStoppedIsNoSilenceOfTheOwner) {
  constexpr milliseconds kSilence(400);
  write(elsewhere());
  const pid_t child = fork();
  if (child == 0) {
    OwnerPatience patience{.silence = kSilence};
    patience.tell = [](const std::string&) { raise(SIGSTOP); };
    _exit(user_error_of([&] { take(patience); }).find("in use by SLURM job 1234") == std::string::npos ? 1
                                                                                                       : 0);
  }
  const int code = exit_code_of_stopped(child, [&] {
    std::this_thread::sleep_for(2 * kSilence);
    Owner alive = elsewhere();
    alive.beat = "2026-01-02T03:04:11.000Z";
    write(alive);
  });
  EXPECT_EQ(code, 0);
}

TEST_F(OwnerLockTest, OfTwoThatTakeOverAtOnceTheOneWhoseNameStaysHasTheStore) {
  write(elsewhere());
  std::thread other([&] {  // on a host that sees no lock of this one
    while (read_owner(file())->pid != getpid()) std::this_thread::sleep_for(milliseconds(1));
    Owner third = elsewhere();
    third.host = "thirdnode";
    write(third);
  });
  const std::string message =
      user_error_of([&] { take({.silence = milliseconds(200), .settling = milliseconds(500)}); });
  other.join();
  EXPECT_NE(message.find("in use by SLURM job 1234 on host thirdnode"), std::string::npos) << message;
  EXPECT_EQ(read_owner(file())->host, "thirdnode");
}

TEST_F(OwnerLockTest, ALockOnAFileThatWasRemovedMeanwhileIsNone) {
  ChildOwner child(file());
  std::thread remover([&] {
    std::this_thread::sleep_for(milliseconds(100));  // take() waits for the child
    std::filesystem::remove(file());
    child.let_go();
  });
  const OwnerLock lock = take(std::chrono::seconds(30));
  remover.join();
  ASSERT_TRUE(std::filesystem::exists(file()));
  EXPECT_EQ(current_owner(file())->pid, getpid());
}

TEST_F(OwnerLockTest, AnOwnerWhoseFileIsRemovedLosesTheStoreAndLeavesTheNextOnesFileAlone) {
  auto lock =
      std::make_optional<OwnerLock>(file(), "results.db", OwnerPatience{.interval = milliseconds(10)});
  std::filesystem::remove(file());
  write(elsewhere());
  while (!lock->is_lost()) std::this_thread::sleep_for(milliseconds(5));
  lock.reset();
  EXPECT_EQ(read_owner(file())->host, "othernode");
}

TEST_F(OwnerLockTest, BeatsWhileItLives) {
  const OwnerLock lock = take({.interval = milliseconds(10)});
  const std::string first = read_owner(file())->beat;
  while (read_owner(file())->beat == first) std::this_thread::sleep_for(milliseconds(5));
  EXPECT_FALSE(lock.is_lost());
}

TEST_F(OwnerLockTest, ASilentOwnerOnAnotherHostThatHoldsTheLockIsLeftToThePerson) {
  const ChildOwner child(file());
  write(elsewhere());
  const std::string message = user_error_of([&] { take({.silence = milliseconds(200)}); });
  for (const char* part :
       {"locked by SLURM job 1234 on host othernode, pid 42", "its last: 2026-01-02T03:04:06", "remove"}) {
    EXPECT_NE(message.find(part), std::string::npos) << message;
  }
}

TEST_F(OwnerLockTest, AWaitForABeatCanBeGivenUp) {
  write(elsewhere());
  OwnerPatience patience{.silence = std::chrono::hours(1)};
  patience.is_stopped = [] { return true; };
  const std::string message = user_error_of([&] { take(patience); });
  EXPECT_NE(message.find("stopped while it was waiting"), std::string::npos) << message;
}

TEST_F(OwnerLockTest, ALaterProcessOfAnOwnersPidIsNotTheOwner) {
  Owner owner = this_process();
  EXPECT_FALSE(is_known_dead(owner));
  ++owner.process_start;
  EXPECT_TRUE(is_known_dead(owner));
  owner.boot = "before";
  EXPECT_FALSE(is_known_dead(owner)) << "another machine may have this one's name";
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
  const std::string message =
      user_error_of([&] { OwnerLock(file().parent_path() / "none" / "owner", "results.db"); });
  EXPECT_NE(message.find("No such file"), std::string::npos) << message;
}

}  // namespace
}  // namespace headsweep::results
