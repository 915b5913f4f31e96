#include "worker/trainer/gpu_name.h"

#include <array>
#include <memory>

#include <dlfcn.h>

namespace headsweep::trainer {
namespace {

constexpr const char* kUnknown = "unknown GPU";

template <class Function>
Function* symbol(void* library, const char* name) {
  return reinterpret_cast<Function*>(dlsym(library, name));
}

}  // namespace

std::string gpu_name(int index) {
  const auto close = [](void* handle) { dlclose(handle); };
  const std::unique_ptr<void, decltype(close)> driver(dlopen("libcuda.so.1", RTLD_NOW), close);
  if (!driver) return kUnknown;
  // CUDA driver API; every function answers 0 for success.
  const auto initialize = symbol<int(unsigned)>(driver.get(), "cuInit");
  const auto get_device = symbol<int(int*, int)>(driver.get(), "cuDeviceGet");
  const auto get_name = symbol<int(char*, int, int)>(driver.get(), "cuDeviceGetName");
  std::array<char, 128> name{};
  int device = 0;
  const bool known = initialize && get_device && get_name && initialize(0) == 0 &&
                     get_device(&device, index) == 0 &&
                     get_name(name.data(), static_cast<int>(name.size()) - 1, device) == 0;
  return known ? name.data() : kUnknown;
}

}  // namespace headsweep::trainer
