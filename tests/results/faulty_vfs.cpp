#include "faulty_vfs.h"

#include <csignal>

namespace headsweep::results {
namespace {

// An open file: SQLite allocates szOsFile bytes, the real file follows this header.
struct LayerFile {
  sqlite3_file base;
  FaultyVfs* vfs;

  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

LayerFile* layer(sqlite3_file* file) {
  return reinterpret_cast<LayerFile*>(file);
}
sqlite3_file* real(sqlite3_file* file) {
  return layer(file)->real();
}
const sqlite3_io_methods* methods(sqlite3_file* file) {
  return real(file)->pMethods;
}

int close_file(sqlite3_file* f) {
  return methods(f)->xClose(real(f));
}
int read_file(sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
  return methods(f)->xRead(real(f), to, size, at);
}
int write_file(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
  const int error = layer(f)->vfs->count_write(size);
  return error != SQLITE_OK ? error : methods(f)->xWrite(real(f), from, size, at);
}
int truncate_file(sqlite3_file* f, sqlite3_int64 size) {
  const int error = layer(f)->vfs->truncate_error();
  return error != SQLITE_OK ? error : methods(f)->xTruncate(real(f), size);
}
int sync_file(sqlite3_file* f, int flags) {
  const int error = layer(f)->vfs->count_sync();
  return error != SQLITE_OK ? error : methods(f)->xSync(real(f), flags);
}
int file_size(sqlite3_file* f, sqlite3_int64* size) {
  return methods(f)->xFileSize(real(f), size);
}
int lock_file(sqlite3_file* f, int level) {
  return methods(f)->xLock(real(f), level);
}
int unlock_file(sqlite3_file* f, int level) {
  return methods(f)->xUnlock(real(f), level);
}
int check_lock(sqlite3_file* f, int* held) {
  return methods(f)->xCheckReservedLock(real(f), held);
}
int file_control(sqlite3_file* f, int what, void* argument) {
  return methods(f)->xFileControl(real(f), what, argument);
}
int sector_size(sqlite3_file* f) {
  return methods(f)->xSectorSize(real(f));
}
int characteristics(sqlite3_file* f) {
  return methods(f)->xDeviceCharacteristics(real(f));
}
int shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** map) {
  return methods(f)->xShmMap(real(f), page, size, extend, map);
}
int shm_lock(sqlite3_file* f, int offset, int n, int flags) {
  return methods(f)->xShmLock(real(f), offset, n, flags);
}
void shm_barrier(sqlite3_file* f) {
  methods(f)->xShmBarrier(real(f));
}
int shm_unmap(sqlite3_file* f, int remove) {
  return methods(f)->xShmUnmap(real(f), remove);
}

const sqlite3_io_methods kMethods = {
    2,         close_file,  read_file,  write_file,   truncate_file, sync_file,       file_size,
    lock_file, unlock_file, check_lock, file_control, sector_size,   characteristics, shm_map,
    shm_lock,  shm_barrier, shm_unmap,  nullptr,      nullptr};

FaultyVfs* owner(sqlite3_vfs* vfs) {
  return static_cast<FaultyVfs*>(vfs->pAppData);
}

int open_file(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* file, int flags, int* out_flags) {
  LayerFile* const opened = layer(file);
  opened->vfs = owner(vfs);
  if (owner(vfs)->read_only() && (flags & SQLITE_OPEN_MAIN_DB) != 0) {
    flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
  }
  sqlite3_vfs* const real_vfs = owner(vfs)->real();
  const int code = real_vfs->xOpen(real_vfs, name, opened->real(), flags, out_flags);
  opened->base.pMethods = opened->real()->pMethods != nullptr ? &kMethods : nullptr;
  return code;
}

}  // namespace

FaultyVfs::FaultyVfs() : real_(sqlite3_vfs_find(nullptr)), layer_(*real_) {
  layer_.zName = "faulty";
  layer_.pAppData = this;
  layer_.szOsFile = static_cast<int>(sizeof(LayerFile)) + real_->szOsFile;
  layer_.xOpen = open_file;
  layer_.xDelete = [](sqlite3_vfs* v, const char* name, int sync) {
    return owner(v)->real()->xDelete(owner(v)->real(), name, sync);
  };
  layer_.xAccess = [](sqlite3_vfs* v, const char* name, int flags, int* result) {
    return owner(v)->real()->xAccess(owner(v)->real(), name, flags, result);
  };
  layer_.xFullPathname = [](sqlite3_vfs* v, const char* name, int size, char* out) {
    return owner(v)->real()->xFullPathname(owner(v)->real(), name, size, out);
  };
  layer_.pNext = nullptr;
  sqlite3_vfs_register(&layer_, 1);
}

FaultyVfs::~FaultyVfs() {
  sqlite3_vfs_unregister(&layer_);
  sqlite3_vfs_register(real_, 1);
}

void FaultyVfs::fail_writes_after(int code, std::int64_t bytes) {
  bytes_left_ = bytes;
  write_error_ = code;
}

void FaultyVfs::fail_syncs_after(int code, std::int64_t count) {
  syncs_left_ = count;
  sync_error_ = code;
}

void FaultyVfs::die_after(std::int64_t bytes) {
  fail_writes_after(SQLITE_IOERR_WRITE, bytes);
  is_deadly_ = true;
}

int FaultyVfs::count_sync() {
  if (sync_error_ == SQLITE_OK) return SQLITE_OK;
  return --syncs_left_ < 0 ? sync_error_.load() : SQLITE_OK;
}

int FaultyVfs::count_write(std::int64_t bytes) {
  if (write_error_ == SQLITE_OK) return SQLITE_OK;
  bytes_left_ -= bytes;
  if (bytes_left_ >= 0) return SQLITE_OK;
  if (is_deadly_) raise(SIGKILL);
  return write_error_;
}

}  // namespace headsweep::results
