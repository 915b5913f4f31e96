#include "worker/trainer/kept_model.h"

#include <cstring>
#include <filesystem>

#include <ATen/Functions.h>

#include "errors/check.h"
#include "errors/user_error.h"
#include "worker/trainer/model_file.h"

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

}  // namespace

KeptModel read_kept_model(const std::string& path) {
  const ModelFile file = read_model_file(path);
  if (file.kind != ModelFile::Kind::kModel || std::filesystem::path(path).stem() != file.key) {
    throw UserError("'" + path + "' holds another model than its name says");
  }
  return {file.settings, parameters_of(file)};
}

}  // namespace headsweep::trainer
