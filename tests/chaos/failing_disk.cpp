// Preloaded into a program, it breaks the disk below the files of a store (*.db, *.db-wal, *.db-journal): once the file
// named by HEADSWEEP_TEST_DISK is there every write to them fails with the error number that this file holds.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <dlfcn.h>
#include <sys/types.h>
#include <unistd.h>

namespace {

int disk_error() {
  const char* const switch_file = std::getenv("HEADSWEEP_TEST_DISK");
  std::FILE* const file = switch_file == nullptr ? nullptr : std::fopen(switch_file, "r");
  if (file == nullptr) return 0;
  int error = 0;
  if (std::fscanf(file, "%d", &error) != 1) error = EIO;
  std::fclose(file);
  return error;
}

bool is_of_store(int descriptor) {
  char target[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t size = readlink(link.c_str(), target, sizeof target);
  const std::string_view name(target, size > 0 ? static_cast<std::size_t>(size) : 0);
  return name.ends_with(".db") || name.ends_with(".db-wal") || name.ends_with(".db-journal");
}

}  // namespace

extern "C" ssize_t pwrite64(int descriptor, const void* bytes, size_t count, off_t offset) {
  using Pwrite = ssize_t (*)(int, const void*, size_t, off_t);
  static const auto real = reinterpret_cast<Pwrite>(dlsym(RTLD_NEXT, "pwrite64"));
  if (const int error = is_of_store(descriptor) ? disk_error() : 0; error != 0) {
    errno = error;
    return -1;
  }
  return real(descriptor, bytes, count, offset);
}
