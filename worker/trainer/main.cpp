// headsweep-trainer: the child process that has LibTorch.

#include <cstdlib>
#include <exception>
#include <iostream>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "worker/trainer/arguments.h"
#include "worker/trainer/attention_files.h"
#include "worker/trainer/build_info.h"
#include "worker/trainer/calibration.h"
#include "worker/trainer/device.h"
#include "worker/trainer/keep_freed_memory.h"
#include "worker/trainer/measure_files.h"
#include "worker/trainer/parent_watch.h"
#include "worker/trainer/remeasure_models.h"
#include "worker/trainer/serve_agent.h"

namespace {

using headsweep::trainer::Arguments;

constexpr int kFrameDescriptor = 3;
constexpr int kWrongCommandLine = 2;
constexpr double kCalibrationSeconds = 2;

bool is_socket(int descriptor) {
  struct stat status {};
  return fstat(descriptor, &status) == 0 && S_ISSOCK(status.st_mode);
}

// Opens the device that the arguments name and prepares its arithmetic.
headsweep::trainer::TrainerContext prepared_context(const Arguments& arguments) {
  const at::Device device = headsweep::trainer::open_device(arguments.device);
  if (arguments.tf32) headsweep::trainer::require_tf32(device);
  headsweep::trainer::prepare_arithmetic(device);
  return {.device = device, .threads = arguments.threads, .step = arguments.step, .tf32 = arguments.tf32};
}

int serve(const Arguments& arguments) {
  if (!is_socket(kFrameDescriptor) || fcntl(kFrameDescriptor, F_SETFD, FD_CLOEXEC) != 0) {
    std::cerr
        << "headsweep-trainer: descriptor 3 is no pipe to an agent; `headsweep run` starts this program\n";
    return kWrongCommandLine;
  }
  headsweep::trainer::AgentLink agent{headsweep::pipe::Descriptor(kFrameDescriptor)};
  headsweep::trainer::serve_agent(agent, prepared_context(arguments));
  return EXIT_SUCCESS;
}

void print_versions() {
  const headsweep::trainer::GpuSupport gpu = headsweep::trainer::gpu_support();
  const nlohmann::ordered_json versions = {{"version", headsweep::trainer::version()},
                                           {"build", headsweep::trainer::build_text()},
                                           {"libtorch", headsweep::trainer::libtorch_version()},
                                           {"cuda", gpu.cuda},
                                           {"nccl", gpu.nccl}};
  std::cout << versions.dump() << "\n";
}

void print_devices() {
  using nlohmann::ordered_json;
  ordered_json gpus = ordered_json::array();
  for (const headsweep::trainer::Gpu& gpu : headsweep::trainer::usable_gpus()) {
    gpus.push_back({{"index", gpu.index},
                    {"name", gpu.name},
                    {"uuid", gpu.uuid},
                    {"memory_bytes", gpu.memory_bytes},
                    {"compute_capability", gpu.compute_capability}});
  }
  ordered_json devices = {{"gpus", gpus}};
  if (gpus.empty()) devices["why_none"] = headsweep::trainer::why_no_gpu();
  std::cout << devices.dump() << "\n";
}

int run(const Arguments& arguments) {
  switch (arguments.mode) {
    case Arguments::Mode::kServe:
      return serve(arguments);
    case Arguments::Mode::kMeasure:
      headsweep::trainer::prepare_arithmetic(at::kCPU);
      std::cout << headsweep::trainer::measure_files(arguments);
      return EXIT_SUCCESS;
    case Arguments::Mode::kRemeasure:
      headsweep::trainer::prepare_arithmetic(at::kCPU);
      headsweep::trainer::remeasure_models(arguments.checkpoints, arguments.threads, std::cout);
      return EXIT_SUCCESS;
    case Arguments::Mode::kAttention:
      headsweep::trainer::prepare_arithmetic(at::kCPU);
      std::cout << headsweep::trainer::attention_of_files(arguments.checkpoints);
      return EXIT_SUCCESS;
    case Arguments::Mode::kCalibrate:
      std::cout << headsweep::trainer::calibrate(arguments.trials, kCalibrationSeconds,
                                                 prepared_context(arguments))
                << "\n";
      return EXIT_SUCCESS;
    case Arguments::Mode::kDevices:
      print_devices();
      return EXIT_SUCCESS;
    case Arguments::Mode::kVersion:
      print_versions();
      return EXIT_SUCCESS;
  }
  return kWrongCommandLine;
}

}  // namespace

int main(int argc, char** argv) {
  const char* speaker = "headsweep-trainer: ";
  try {
    const Arguments arguments = headsweep::trainer::parse_arguments(argc, argv);
    // `headsweep measure` and `report` pass the line on to a person who never started this program.
    if (arguments.mode == Arguments::Mode::kMeasure || arguments.mode == Arguments::Mode::kRemeasure ||
        arguments.mode == Arguments::Mode::kAttention)
      speaker = "headsweep: ";
    if (arguments.parent_pid && !headsweep::trainer::die_with_parent(*arguments.parent_pid))
      return EXIT_SUCCESS;
    headsweep::trainer::keep_freed_memory();
    // cuBLAS is deterministic only with a workspace of fixed size, which it reads when it is first used.
    setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*replace=*/0);
    return run(arguments);
  } catch (const headsweep::trainer::CommandLineError& error) {
    std::cerr << speaker << error.message << "\n";
    return kWrongCommandLine;
  } catch (const std::exception& error) {
    std::cerr << speaker << error.what() << "\n";
    return EXIT_FAILURE;
  }
}
