#include "worker/trainer/gpu_description.h"

#include <array>
#include <memory>

#include <dlfcn.h>

namespace headsweep::trainer {
namespace {

// CUDA driver API (cuda.h): every function answers 0 for success.
constexpr int kComputeCapabilityMajor = 75;
constexpr int kComputeCapabilityMinor = 76;
using Uuid = std::array<unsigned char, 16>;

template <class Function>
Function* symbol(void* library, const char* name) {
  return reinterpret_cast<Function*>(dlsym(library, name));
}

// As nvidia-smi writes it: 8-4-4-4-12 hexadecimal digits.
std::string uuid_text(const Uuid& uuid, bool is_slice) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text = is_slice ? "MIG-" : "GPU-";
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kDigits[uuid[i] >> 4];
    text += kDigits[uuid[i] & 15];
  }
  return text;
}

void ask_name_and_memory(void* driver, int device, Gpu& gpu) {
  const auto get_name = symbol<int(char*, int, int)>(driver, "cuDeviceGetName");
  std::array<char, 128> name{};
  if (get_name && get_name(name.data(), static_cast<int>(name.size()) - 1, device) == 0)
    gpu.name = name.data();
  const auto get_memory = symbol<int(std::size_t*, int)>(driver, "cuDeviceTotalMem_v2");
  std::size_t bytes = 0;
  if (get_memory && get_memory(&bytes, device) == 0) gpu.memory_bytes = static_cast<std::int64_t>(bytes);
}

void ask_uuid(void* driver, int device, Gpu& gpu) {
  const auto get_uuid = symbol<int(Uuid*, int)>(driver, "cuDeviceGetUuid_v2");  // of the slice, if it is one
  Uuid uuid{};
  const bool is_slice = gpu.name.find(" MIG ") != std::string::npos;
  if (get_uuid && get_uuid(&uuid, device) == 0) gpu.uuid = uuid_text(uuid, is_slice);
}

void ask_compute_capability(void* driver, int device, Gpu& gpu) {
  const auto get_attribute = symbol<int(int*, int, int)>(driver, "cuDeviceGetAttribute");
  int major = 0;
  int minor = 0;
  if (get_attribute && get_attribute(&major, kComputeCapabilityMajor, device) == 0 &&
      get_attribute(&minor, kComputeCapabilityMinor, device) == 0) {
    gpu.compute_capability = std::to_string(major) + "." + std::to_string(minor);
  }
}

}  // namespace

Gpu describe_gpu(int index) {
  Gpu gpu{.index = index, .uuid = "unknown-" + std::to_string(index)};
  const auto close = [](void* handle) { dlclose(handle); };
  const std::unique_ptr<void, decltype(close)> driver(dlopen("libcuda.so.1", RTLD_NOW), close);
  if (!driver) return gpu;
  const auto initialize = symbol<int(unsigned)>(driver.get(), "cuInit");
  const auto get_device = symbol<int(int*, int)>(driver.get(), "cuDeviceGet");
  int device = 0;
  if (!initialize || !get_device || initialize(0) != 0 || get_device(&device, index) != 0) return gpu;
  ask_name_and_memory(driver.get(), device, gpu);
  ask_uuid(driver.get(), device, gpu);
  ask_compute_capability(driver.get(), device, gpu);
  return gpu;
}

}  // namespace headsweep::trainer
