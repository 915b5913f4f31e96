#include "worker/trainer/remeasure_models.h"

#include <cstring>
#include <filesystem>
#include <ostream>

#include <ATen/Functions.h>

#include "errors/check.h"
#include "errors/user_error.h"
#include "protocol/frame.h"
#include "worker/trainer/model_file.h"
#include "worker/trainer/trial_measurement.h"

namespace headsweep::trainer {
namespace {

at::Tensor parameters_of(const ModelFile& file) {
  const at::ScalarType dtype = file.dtype == ElementType::kFloat64 ? at::kDouble : at::kFloat;
  const auto bytes = static_cast<std::int64_t>(file.parameters.size());
  at::Tensor parameters = at::empty({bytes / static_cast<std::int64_t>(element_bytes(file.dtype))}, dtype);
  check(parameters.nbytes() == file.parameters.size(), "a model file holds whole numbers");
  std::memcpy(parameters.mutable_data_ptr(), file.parameters.data(), file.parameters.size());
  return parameters;
}

protocol::TrialResult remeasure(const std::string& path) {
  const ModelFile file = read_model_file(path);
  if (file.kind != ModelFile::Kind::kModel || std::filesystem::path(path).stem() != file.key) {
    throw UserError("'" + path + "' holds another model than its name says");
  }
  protocol::TrialResult result{};
  measure_trained(
      file.settings, parameters_of(file), [] {}, result);
  return result;
}

protocol::Message answer(const std::string& path, protocol::AttemptId place) {
  try {
    return protocol::TrialDone{place, remeasure(path)};
  } catch (const UserError& error) {
    return protocol::TrialError{place, protocol::EndReason::kError, error.what()};
  }
}

}  // namespace

void remeasure_models(const std::vector<std::string>& files, std::ostream& out) {
  protocol::AttemptId place = 0;
  for (const std::string& path : files) {
    const std::vector<std::byte> frame = protocol::to_frame(answer(path, place++));
    out.write(reinterpret_cast<const char*>(frame.data()), static_cast<std::streamsize>(frame.size()));
    out.flush();
  }
}

}  // namespace headsweep::trainer
