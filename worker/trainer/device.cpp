#include "worker/trainer/device.h"

#include <string>

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/DeviceGuard.h>
#include <nlohmann/json.hpp>
#include <torch/headeronly/version.h>

#include "errors/user_error.h"
#include "worker/fused/fused_update.h"
#include "worker/stacked/stacked_update.h"

namespace headsweep::trainer {
namespace {

int gpu_count() {
  const auto& cuda = at::detail::getCUDAHooks();
  return at::globalContext().hasCUDA() ? cuda.getNumGPUs() : 0;
}

// Libraries of matrix products choose their kernels by vendor too, not by instruction set alone.
const char* cpu_vendor() {
  __builtin_cpu_init();
  if (__builtin_cpu_is("amd")) return "AMD";
  return __builtin_cpu_is("intel") ? "Intel" : "other";
}

}  // namespace

at::Device open_device(const std::string& name) {
  const int gpus = gpu_count();
  if (name == "cpu" || (name == "auto" && gpus == 0)) return at::kCPU;
  const bool is_cuda = name == "auto" || name == "cuda" || name.starts_with("cuda:");
  const std::string digits = name.starts_with("cuda:") ? name.substr(5) : "0";
  const bool is_number =
      !digits.empty() && digits.size() < 4 && digits.find_first_not_of("0123456789") == std::string::npos;
  if (!is_cuda || !is_number) {
    throw UserError("--device '" + name + "' is not known; use auto, cpu, cuda or cuda:N");
  }
  const int index = std::stoi(digits);
  if (gpus == 0) throw UserError("no CUDA device: " + why_no_gpu() + "; use --device cpu");
  if (index >= gpus) {
    throw UserError("no device '" + name + "': there are " + std::to_string(gpus) + " GPUs, numbered from 0");
  }
  return {at::kCUDA, static_cast<at::DeviceIndex>(index)};
}

void require_tf32(at::Device device) {
  if (!device.is_cuda()) throw UserError("--tf32 needs a GPU: tensor cores multiply it");
  const Gpu gpu = describe_gpu(device.index());
  if (std::stod(gpu.compute_capability) >= 8) return;
  throw UserError("--tf32 needs a GPU of compute capability 8.0 or newer; " + gpu.name + " has " +
                  gpu.compute_capability);
}

void prepare_arithmetic(at::Device device) {
  at::set_num_threads(1);
  at::set_num_interop_threads(1);
  if (!device.is_cuda()) return;
  // Kernels whose order of addition does not change from run to run; memory need not be filled for that.
  at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/false);
  at::globalContext().setDeterministicFillUninitializedMemory(false);
  // Tensors are made on the current device unless they say otherwise.
  c10::impl::VirtualGuardImpl(device.type()).setDevice(device);
}

std::string device_text(at::Device device) {
  return device.is_cuda() ? device.str() + " " + describe_gpu(device.index()).name : device.str();
}

std::vector<Gpu> usable_gpus() {
  std::vector<Gpu> gpus;
  for (int index = 0; index < gpu_count(); ++index) gpus.push_back(describe_gpu(index));
  return gpus;
}

std::string why_no_gpu() {
  const std::string libtorch = "LibTorch " + libtorch_version();
  return at::globalContext().hasCUDA() || gpu_support().cuda ? libtorch + " sees none"
                                                             : libtorch + " is built without CUDA";
}

std::string numerics_text(const TrainerContext& context, std::string_view step_kind) {
  nlohmann::json numerics = {
      {"step", step_kind},
      {"dtype", context.dtype == at::kDouble ? "float64" : "float32"},
      {"libtorch", libtorch_version()},
  };
  if (context.members > 1) numerics["members"] = context.members;
  if (context.device.is_cuda()) {
    numerics["gpu"] = describe_gpu(context.device.index()).name;
    const bool is_fused = step_kind == "fused";
    numerics["tf32"] = is_fused ? context.tf32 : at::globalContext().allowTF32CuBLAS();
    if (is_fused) numerics["kernels"] = stacked::kProgramsVersion;
  } else {
    numerics["isa"] = at::get_cpu_capability();
    numerics["cpu"] = cpu_vendor();
    if (step_kind == "fused") {
      numerics["kernels"] = fused::instruction_set();
    } else {
      numerics["threads"] = context.threads;
    }
  }
  return numerics.dump();
}

std::string libtorch_version() {
  return std::to_string(TORCH_VERSION_MAJOR) + "." + std::to_string(TORCH_VERSION_MINOR) + "." +
         std::to_string(TORCH_VERSION_PATCH);
}

GpuSupport gpu_support() {
  // The one place where LibTorch tells both: its build settings, "..., USE_NCCL=OFF, ..." or 0, 1, ON.
  const std::string settings = at::show_config();
  const auto built_with = [&settings](const std::string& name) {
    return settings.find(name + "=ON") != std::string::npos ||
           settings.find(name + "=1") != std::string::npos;
  };
  return {built_with("USE_CUDA"), built_with("USE_NCCL")};
}

}  // namespace headsweep::trainer
