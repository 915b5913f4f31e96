// Writes a training run to a folder, for the PyTorch twin: `export_run SETTINGS.json float32|float64 STEPS
// FOLDER`. Settings in canonical form. Files are raw little-endian numbers: initial, gradient (of the first
// step) and final [P]; tokens and targets [STEPS, batch, length] int64; losses [STEPS] float64; layout.json
// names the tensors.

#include <fstream>
#include <iostream>
#include <string>

#include <ATen/Functions.h>
#include <nlohmann/json.hpp>

#include "trial/key.h"
#include "trial/parameters.h"
#include "worker/trainer/batches.h"
#include "worker/trainer/bundle_buffers.h"
#include "worker/trainer/device.h"
#include "worker/trainer/training_step.h"

namespace headsweep::trainer {
namespace {

class Exporter {
 public:
  Exporter(const trial::Settings& settings, at::ScalarType dtype, std::string folder)
      : settings_(settings),
        folder_(std::move(folder)),
        buffers_(1, trial::count_parameters(settings.model).total(), dtype, at::kCPU) {
    buffers_.parameters[0].copy_(initial_parameters(settings, dtype, at::kCPU));
  }

  void run(std::int64_t steps) {
    write_layout();
    write("initial", buffers_.parameters[0]);
    const auto step = make_eager_step({settings_}, buffers_);
    Batches batches(settings_);
    std::vector<double> losses;
    std::vector<std::int64_t> tokens;
    std::vector<std::int64_t> targets;
    const std::size_t only[] = {0};
    for (std::int64_t i = 0; i < steps; ++i) {
      const Sequences batch = batches.at(i);
      tokens.insert(tokens.end(), batch.tokens.begin(), batch.tokens.end());
      targets.insert(targets.end(), batch.targets.begin(), batch.targets.end());
      losses.push_back(step->advance(i, only).front().loss);
      if (i == 0) write("gradient", buffers_.gradients[0]);
    }
    write("tokens", at::tensor(tokens, at::kLong));
    write("targets", at::tensor(targets, at::kLong));
    write("losses", at::tensor(losses, at::kDouble));
    write("final", buffers_.parameters[0]);
  }

 private:
  void write(const std::string& name, const at::Tensor& tensor) const {
    const at::Tensor whole = tensor.contiguous();
    std::ofstream file(folder_ + "/" + name, std::ios::binary);
    file.write(static_cast<const char*>(whole.const_data_ptr()),
               static_cast<std::streamsize>(whole.nbytes()));
  }

  void write_layout() const {
    nlohmann::json tensors = nlohmann::json::array();
    for (const trial::ParameterTensor& tensor : trial::parameter_layout(settings_.model)) {
      tensors.push_back({{"name", tensor.name}, {"offset", tensor.offset}, {"count", tensor.count()}});
    }
    std::ofstream(folder_ + "/layout.json") << tensors;
  }

  trial::Settings settings_;
  std::string folder_;
  BundleBuffers buffers_;
};

}  // namespace
}  // namespace headsweep::trainer

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "export_run SETTINGS.json float32|float64 STEPS FOLDER\n";
    return 2;
  }
  try {
    headsweep::trainer::prepare_arithmetic(at::kCPU);
    const auto settings = headsweep::trial::parse_canonical_json(argv[1]);
    const auto dtype = std::string(argv[2]) == "float64" ? at::kDouble : at::kFloat;
    headsweep::trainer::Exporter(settings, dtype, argv[4]).run(std::stoll(argv[3]));
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
