#include "worker/trainer/model_source.h"

#include <cstring>
#include <string>

#include "errors/user_error.h"
#include "worker/trainer/model_file.h"
#include "worker/trainer/state_dict_file.h"

namespace headsweep::trainer {
namespace {

template <class T>
std::vector<double> widen(const std::vector<std::byte>& bytes) {
  std::vector<double> values(bytes.size() / sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i) {
    T value;
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof value);
    values[i] = static_cast<double>(value);
  }
  return values;
}

}  // namespace

LoadedModel load_model(const std::filesystem::path& path, std::optional<std::int64_t> heads) {
  if (is_model_file(path)) {
    const ModelFile file = read_model_file(path);
    if (heads && *heads != file.settings.model.heads) {
      throw UserError("'" + path.string() + "' has " + std::to_string(file.settings.model.heads) +
                      " heads, not " + std::to_string(*heads) + "; leave --heads out");
    }
    return {
        file.settings, true,
        file.dtype == ElementType::kFloat32 ? widen<float>(file.parameters) : widen<double>(file.parameters)};
  }
  StateDict state = read_state_dict_file(path, heads);
  LoadedModel model{{}, false, std::move(state.parameters)};
  model.settings.model = state.model;
  return model;
}

}  // namespace headsweep::trainer
