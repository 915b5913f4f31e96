#include "tests/worker/trainer/write_state_dict.h"

#include <array>
#include <cstdint>
#include <cstring>

#include "trial/parameters.h"

namespace headsweep::trainer {
namespace {

template <class T>
std::string raw(T value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

std::uint32_t crc32(const std::string& content) {
  std::uint32_t crc = 0xffffffff;
  for (const char c : content) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320U : 0);
  }
  return ~crc;
}

// Pickle opcodes, protocol 2.
std::string unicode(const std::string& text) {
  return "X" + raw(static_cast<std::uint32_t>(text.size())) + text;
}
std::string integer(std::int64_t value) {
  return "J" + raw(static_cast<std::int32_t>(value));
}
std::string tuple(const std::string& items) {
  return "(" + items + "t";
}

std::string pickled_tensor(const WrittenTensor& tensor, std::size_t number) {
  std::string sizes;
  for (const std::int64_t size : tensor.sizes) sizes += integer(size);
  std::string strides;
  for (std::size_t axis = 0; axis < tensor.sizes.size(); ++axis) {
    std::int64_t stride = 1;
    for (std::size_t inner = axis + 1; inner < tensor.sizes.size(); ++inner) stride *= tensor.sizes[inner];
    strides += integer(stride);
  }
  const std::string storage =
      tuple(unicode("storage") + "ctorch\nFloatStorage\n" + unicode(std::to_string(number)) + unicode("cpu") +
            integer(static_cast<std::int64_t>(tensor.elements.size()))) +
      "Q";
  const std::string hooks = "ccollections\nOrderedDict\n)R";
  return "ctorch._utils\n_rebuild_tensor_v2\n" +
         tuple(storage + integer(0) + tuple(sizes) + tuple(strides) + "\x89" + hooks) + "R";
}

}  // namespace

std::vector<std::byte> write_stored_zip(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string archive;
  std::string directory;
  for (const auto& [name, content] : entries) {
    const auto size = static_cast<std::uint32_t>(content.size());
    const auto name_size = static_cast<std::uint16_t>(name.size());
    const auto offset = static_cast<std::uint32_t>(archive.size());
    // Like torch.save(): nothing about the content in the local header.
    archive += "PK\3\4" + std::string("\0\0\x08\x08\0\0\0\0\0\0", 10) + std::string(12, '\0') +
               raw(name_size) + raw(std::uint16_t{0}) + name + content;
    directory += "PK\1\2" + std::string("\0\0\0\0\x08\x08\0\0\0\0\0\0", 12) + raw(crc32(content)) +
                 raw(size) + raw(size) + raw(name_size) + std::string(12, '\0') + raw(offset) + name;
  }
  const auto count = static_cast<std::uint16_t>(entries.size());
  const std::string end = "PK\5\6" + std::string(4, '\0') + raw(count) + raw(count) +
                          raw(static_cast<std::uint32_t>(directory.size())) +
                          raw(static_cast<std::uint32_t>(archive.size())) + raw(std::uint16_t{0});
  const std::string all = archive + directory + end;
  std::vector<std::byte> bytes(all.size());
  std::memcpy(bytes.data(), all.data(), all.size());
  return bytes;
}

std::vector<std::pair<std::string, std::string>> state_dict_entries(
    const std::vector<WrittenTensor>& tensors) {
  std::string pickle = std::string("\x80\x02") + "ccollections\nOrderedDict\n)R(";
  std::vector<std::pair<std::string, std::string>> data;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    pickle += unicode(tensors[i].name) + pickled_tensor(tensors[i], i);
    std::string content(tensors[i].elements.size() * sizeof(float), '\0');
    std::memcpy(content.data(), tensors[i].elements.data(), content.size());
    data.emplace_back("m/data/" + std::to_string(i), content);
  }
  std::vector<std::pair<std::string, std::string>> entries = {{"m/data.pkl", pickle + "u."},
                                                              {"m/byteorder", "little"}};
  entries.insert(entries.end(), data.begin(), data.end());
  return entries;
}

std::vector<WrittenTensor> written_tensors(const trial::ModelSettings& model,
                                           const std::vector<float>& parameters) {
  std::vector<WrittenTensor> tensors;
  for (const trial::ParameterTensor& tensor : trial::parameter_layout(model)) {
    const bool is_vector = tensor.kind == trial::TensorKind::kBias || tensor.kind == trial::TensorKind::kGain;
    const auto first = parameters.begin() + tensor.offset;
    tensors.push_back({tensor.name,
                       is_vector ? std::vector{tensor.rows} : std::vector{tensor.rows, tensor.columns},
                       {first, first + tensor.count()}});
  }
  return tensors;
}

}  // namespace headsweep::trainer
