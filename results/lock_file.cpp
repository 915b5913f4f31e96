#include "results/lock_file.h"

#include <cerrno>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "errors/user_error.h"

namespace headsweep::results {
namespace {

struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

std::string reason() {
  return std::generic_category().message(errno);
}

}  // namespace

LockFile::LockFile(const std::filesystem::path& file)
    : file_(file), descriptor_(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  if (descriptor_ < 0) throw UserError("cannot write " + file.string() + ": " + reason());
}

LockFile::~LockFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

bool LockFile::try_lock() {
  struct flock lock = whole_file();
  if (fcntl(descriptor_, F_OFD_SETLK, &lock) == 0) return true;
  if (errno == EAGAIN || errno == EACCES) return false;
  throw UserError("cannot lock " + file_.string() + ": " + reason() +
                  "; put the store on a file system with file locks");
}

bool LockFile::is_still_there() const {
  struct stat named {};
  struct stat own {};
  return stat(file_.c_str(), &named) == 0 && fstat(descriptor_, &own) == 0 && named.st_ino == own.st_ino &&
         named.st_dev == own.st_dev;
}

bool LockFile::is_locked(const std::filesystem::path& file) {
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  struct flock lock = whole_file();
  const bool is_held = fcntl(descriptor, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  close(descriptor);
  return is_held;
}

}  // namespace headsweep::results
