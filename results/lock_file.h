// A file that processes lock for themselves.
//
// The lock is an open-file-description lock of the kernel (fcntl F_OFD_SETLK): it ends with the process however that dies, and
// opening or closing the file elsewhere in the process does not drop it.
#pragma once

#include <filesystem>
#include <utility>

namespace headsweep::results {

// Open for reading and writing; the lock goes with it. Move-only.
class LockFile {
 public:
  // Makes the file if there is none. Throws UserError.
  explicit LockFile(const std::filesystem::path& file);
  ~LockFile();
  LockFile(LockFile&& other) noexcept
      : file_(std::move(other.file_)), descriptor_(std::exchange(other.descriptor_, -1)) {}
  LockFile& operator=(LockFile&& other) noexcept {
    std::swap(file_, other.file_);
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }

  // False while another holds it. Throws UserError where the file system has no locks.
  bool try_lock();
  // Whether the open file is the one of that name: not removed, nor another put in its place.
  [[nodiscard]] bool is_still_there() const;

  [[nodiscard]] int descriptor() const { return descriptor_; }

  // Whether somebody holds the lock of that file now, as far as this host can see. Another LockFile of this process counts.
  [[nodiscard]] static bool is_locked(const std::filesystem::path& file);

 private:
  std::filesystem::path file_;
  int descriptor_;
};

}  // namespace headsweep::results
