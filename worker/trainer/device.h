// The device that a trainer computes on, and what decides the bits of its arithmetic.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <c10/core/Device.h>

#include "worker/trainer/gpu_description.h"
#include "worker/trainer/trainer_context.h"

namespace headsweep::trainer {

// "cpu", "cuda" (the first GPU), "cuda:N", "auto" (the first GPU, else the CPU). Throws UserError if the name
// is another or there is no such device.
at::Device open_device(const std::string& name);

// Throws UserError where the fused step cannot multiply TF32: no GPU, or one of a compute capability below 8.0.
void require_tf32(at::Device device);

// One thread for LibTorch, but where LibTorchThreads says otherwise, and deterministic kernels on a GPU. Once, before any
// tensor is made.
void prepare_arithmetic(at::Device device);

// "cpu", "cuda:0 NVIDIA H200".
std::string device_text(at::Device device);

// The GPUs that LibTorch can use, in CUDA's order; CUDA_VISIBLE_DEVICES is respected.
std::vector<Gpu> usable_gpus();

// Why there is none: "LibTorch 2.13.0 is built without CUDA", "LibTorch 2.11.0 sees none".
std::string why_no_gpu();

// JSON with sorted keys of everything beside the settings that a trial's bits depend on: step kind, dtype,
// LibTorch version, and CPU vendor and instruction sets (`isa` of LibTorch, `kernels` of the fused step; of the eager
// step the number of its threads), or GPU model, whether products are TF32, and version of the kernels; for a gang the number of its members. A
// trial resumes only where it is equal.
std::string numerics_text(const TrainerContext& context, std::string_view step_kind);

std::string libtorch_version();  // "2.13.0"

// Whether this LibTorch was built with CUDA and with NCCL; says nothing of devices.
struct GpuSupport {
  bool cuda;
  bool nccl;
};
GpuSupport gpu_support();

}  // namespace headsweep::trainer
