// Preloaded into programs, it breaks the disk below a store: once the file named by HEADSWEEP_TEST_DISK is there, what it says
// fails with the error number that it begins with. "28": every write to the store's own files (*.db, *.db-wal, *.db-journal);
// "28 models": making and writing files of that folder of STORE.d.
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

namespace {

bool is_of_store(std::string_view file) {
  return file.ends_with(".db") || file.ends_with(".db-wal") || file.ends_with(".db-journal");
}

// What writing to `file` fails with now; 0: nothing.
int disk_error(std::string_view file) {
  const char* const switch_file = std::getenv("HEADSWEEP_TEST_DISK");
  if (switch_file == nullptr || file == switch_file) return 0;
  std::ifstream said(switch_file);
  int error = 0;
  if (!(said >> error)) return 0;
  std::string folder;
  const bool is_broken =
      said >> folder ? file.find(".db.d/" + folder + "/") != std::string_view::npos : is_of_store(file);
  return is_broken ? error : 0;
}

int disk_error(int descriptor) {
  char target[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t size = readlink(link.c_str(), target, sizeof target);
  return disk_error(std::string_view(target, size > 0 ? static_cast<std::size_t>(size) : 0));
}

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" ssize_t pwrite64(int descriptor, const void* bytes, size_t count, off_t offset) {
  static const auto real_pwrite = real<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite64");
  if (const int error = disk_error(descriptor); error != 0) {
    errno = error;
    return -1;
  }
  return real_pwrite(descriptor, bytes, count, offset);
}

extern "C" int open(const char* file, int flags, ...) {
  static const auto real_open = real<int (*)(const char*, int, ...)>("open");
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0) {
    std::va_list more;
    va_start(more, flags);
    mode = va_arg(more, mode_t);
    va_end(more);
    if (const int error = disk_error(std::string_view(file)); error != 0) {
      errno = error;
      return -1;
    }
  }
  return real_open(file, flags, mode);
}
