#include "network_file_system.h"

#include <atomic>

#include <dlfcn.h>
#include <linux/magic.h>
#include <sys/vfs.h>

namespace headsweep::results {
namespace {

std::atomic<bool> is_pretended = false;

}  // namespace

NetworkFileSystem::NetworkFileSystem() {
  is_pretended = true;
}

NetworkFileSystem::~NetworkFileSystem() {
  is_pretended = false;
}

// Stands before that of the C library.
extern "C" int statfs(const char* path, struct statfs* status) {
  using Statfs = int (*)(const char*, struct statfs*);
  static const auto real = reinterpret_cast<Statfs>(dlsym(RTLD_NEXT, "statfs"));
  const int code = real(path, status);
  if (code == 0 && is_pretended) status->f_type = NFS_SUPER_MAGIC;
  return code;
}

}  // namespace headsweep::results
