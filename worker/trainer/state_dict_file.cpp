#include "worker/trainer/state_dict_file.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <numeric>
#include <set>
#include <span>
#include <string>

#include "errors/user_error.h"
#include "trial/parameters.h"
#include "worker/trainer/pickled_tensors.h"
#include "worker/trainer/stored_zip.h"
#include "worker/trainer/whole_file.h"

namespace headsweep::trainer {
namespace {

using Bytes = std::span<const std::byte>;
using Entries = std::map<std::string, Bytes>;
using Tensors = std::map<std::string, PickledTensor>;

[[noreturn]] void refuse(const std::string& why) {
  throw UserError("is no state_dict of the reference architecture: " + why);
}

constexpr const char* kWhatIsRead =
    "; give a PyTorch state_dict (.pt) or a model that a run kept (STORE.d/models/*.hsm)";

// "<root>/" of the archive: that of its only data.pkl.
std::string root_of(const Entries& entries) {
  constexpr std::string_view kPickle = "/data.pkl";
  for (const auto& [name, content] : entries) {
    if (name.ends_with(kPickle)) return name.substr(0, name.size() - kPickle.size() + 1);
  }
  throw UserError("is no PyTorch file: its archive has no data.pkl" + std::string(kWhatIsRead));
}

Entries open_archive(Bytes archive) {
  try {
    return stored_zip_entries(archive);
  } catch (const UserError& error) {
    throw UserError(error.what() + std::string(kWhatIsRead));
  }
}

void check_byte_order(const Entries& entries, const std::string& root) {
  const auto found = entries.find(root + "byteorder");
  if (found == entries.end()) return;  // older files; all little-endian
  const std::string order(reinterpret_cast<const char*>(found->second.data()), found->second.size());
  if (order != "little") refuse("its byte order is '" + order + "'; only 'little' is read");
}

std::string shape_text(const std::vector<std::int64_t>& sizes) {
  std::string text;
  for (const std::int64_t size : sizes) text += (text.empty() ? "" : " x ") + std::to_string(size);
  return text.empty() ? "a scalar" : text;
}

std::int64_t dimension(const Tensors& tensors, const std::string& name, std::size_t axis) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) refuse("tensor '" + name + "' is missing");
  if (found->second.sizes.size() != 2) {
    refuse("tensor '" + name + "' is " + shape_text(found->second.sizes) + ", not a matrix");
  }
  return found->second.sizes[axis];
}

std::int64_t count_layers(const Tensors& tensors) {
  std::int64_t layers = 0;
  while (tensors.contains("layers." + std::to_string(layers) + ".ln1.weight")) ++layers;
  if (layers == 0) refuse("tensor 'layers.0.ln1.weight' is missing");
  return layers;
}

// Each single setting must be in its range, whatever the file says.
void check_ranges(const trial::ModelSettings& model) {
  trial::Settings settings;
  settings.model = model;
  for (const trial::SettingInfo& info : trial::all_settings()) {
    if (!info.name.starts_with("model.")) continue;
    trial::Value value = info.get(settings);
    if (const auto problem = trial::check_value(info, value)) refuse(std::string(info.name) + " " + *problem);
  }
}

trial::ModelSettings shapes_of(const Tensors& tensors, std::optional<std::int64_t> heads) {
  trial::ModelSettings model;
  model.vocabulary = dimension(tensors, "token_emb.weight", 0);
  model.width = dimension(tensors, "token_emb.weight", 1);
  model.length = dimension(tensors, "pos_emb.weight", 0);
  model.layers = count_layers(tensors);
  model.mlp_width = dimension(tensors, "layers.0.mlp.0.weight", 0);
  const std::int64_t attention_width = dimension(tensors, "layers.0.attn.W_q.weight", 0);
  const std::string attention = "has attention of " + std::to_string(attention_width) + " columns";
  if (!heads) throw UserError(attention + " but, as a state_dict, no head count; give --heads");
  if (*heads < 1 || attention_width % *heads != 0) {
    throw UserError(attention + ", which " + std::to_string(*heads) +
                    " heads do not divide; give the right --heads");
  }
  model.heads = *heads;
  if (attention_width != model.width || model.width % *heads != 0)
    model.head_width = attention_width / *heads;
  check_ranges(model);
  return model;
}

bool is_contiguous(const PickledTensor& tensor) {
  std::int64_t expected = 1;
  if (tensor.strides.size() != tensor.sizes.size()) return false;
  for (std::size_t axis = tensor.sizes.size(); axis-- > 0;) {
    if (tensor.sizes[axis] != 1 && tensor.strides[axis] != expected) return false;
    expected *= tensor.sizes[axis];
  }
  return true;
}

template <class T>
void copy_elements(Bytes storage, const PickledTensor& tensor, std::span<double> into,
                   const std::string& name) {
  const auto elements = static_cast<std::int64_t>(storage.size() / sizeof(T));
  const auto count = static_cast<std::int64_t>(into.size());
  if (storage.size() % sizeof(T) != 0 || tensor.storage_elements != elements || tensor.offset < 0 ||
      tensor.offset > elements - count) {
    refuse("tensor '" + name + "' reaches beyond its data");
  }
  for (std::size_t i = 0; i < into.size(); ++i) {
    T element;
    const std::size_t at = (static_cast<std::size_t>(tensor.offset) + i) * sizeof(T);
    std::memcpy(&element, storage.data() + at, sizeof element);
    into[i] = static_cast<double>(element);
  }
}

void read_tensor(const Entries& entries, const std::string& root, const trial::ParameterTensor& wanted,
                 const PickledTensor& tensor, std::span<double> into) {
  const bool is_vector = wanted.kind == trial::TensorKind::kBias || wanted.kind == trial::TensorKind::kGain;
  const std::vector<std::int64_t> shape =
      is_vector ? std::vector{wanted.rows} : std::vector{wanted.rows, wanted.columns};
  if (tensor.sizes != shape) {
    refuse("tensor '" + wanted.name + "' is " + shape_text(tensor.sizes) + ", not " + shape_text(shape));
  }
  if (!is_contiguous(tensor))
    refuse("tensor '" + wanted.name + "' is not contiguous; save a contiguous copy");
  const auto storage = entries.find(root + "data/" + tensor.storage_key);
  if (storage == entries.end()) refuse("the data of tensor '" + wanted.name + "' are missing");
  if (tensor.storage_type == "torch FloatStorage") {
    copy_elements<float>(storage->second, tensor, into, wanted.name);
  } else if (tensor.storage_type == "torch DoubleStorage") {
    copy_elements<double>(storage->second, tensor, into, wanted.name);
  } else {
    refuse("tensor '" + wanted.name + "' is a " + tensor.storage_type +
           "; only float32 and float64 are read");
  }
}

}  // namespace

StateDict parse_state_dict(Bytes archive, std::optional<std::int64_t> heads) {
  const Entries entries = open_archive(archive);
  const std::string root = root_of(entries);
  check_byte_order(entries, root);
  Tensors tensors;
  for (auto& [name, tensor] : read_pickled_tensors(entries.at(root + "data.pkl"))) {
    if (!tensors.emplace(name, std::move(tensor)).second) refuse("tensor '" + name + "' is there twice");
  }
  StateDict state{shapes_of(tensors, heads), {}};
  const auto count = static_cast<std::size_t>(trial::count_parameters(state.model).total());
  if (count > archive.size() / sizeof(float)) refuse("its shapes need more data than the file has");
  state.parameters.resize(count);
  for (const trial::ParameterTensor& wanted : trial::parameter_layout(state.model)) {
    const auto found = tensors.extract(wanted.name);
    if (!found) refuse("tensor '" + wanted.name + "' is missing");
    read_tensor(
        entries, root, wanted, found.mapped(),
        std::span(state.parameters)
            .subspan(static_cast<std::size_t>(wanted.offset), static_cast<std::size_t>(wanted.count())));
  }
  if (!tensors.empty()) refuse("tensor '" + tensors.begin()->first + "' belongs to no part of it");
  return state;
}

StateDict read_state_dict_file(const std::filesystem::path& path, std::optional<std::int64_t> heads) {
  const std::vector<std::byte> archive = read_whole_file(path);
  try {
    return parse_state_dict(archive, heads);
  } catch (const UserError& error) {
    throw UserError("'" + path.string() + "' " + error.what());
  }
}

}  // namespace headsweep::trainer
