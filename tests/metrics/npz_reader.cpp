#include "npz_reader.h"

#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

namespace headsweep::metrics {
namespace {

// Little-endian, as this file assumes the machine to be for the floats too.
template <typename Number>
Number number_at(std::string_view bytes, std::size_t offset) {
  if (bytes.size() < offset + sizeof(Number)) throw std::runtime_error("npz: cut short");
  Number number;
  std::memcpy(&number, bytes.data() + offset, sizeof number);
  return number;
}

std::vector<std::int64_t> shape_of(std::string_view header) {
  const std::size_t open = header.find('(', header.find("'shape'"));
  std::vector<std::int64_t> shape;
  std::int64_t dimension = -1;
  for (std::size_t at = open + 1; header.at(at) != ')'; ++at) {
    if (header[at] >= '0' && header[at] <= '9') {
      dimension = 10 * (dimension < 0 ? 0 : dimension) + (header[at] - '0');
    } else if (dimension >= 0) {
      shape.push_back(dimension);
      dimension = -1;
    }
  }
  if (dimension >= 0) shape.push_back(dimension);
  return shape;
}

bool holds_float32(std::string_view npy) {
  if (!npy.starts_with("\x93NUMPY\x01")) throw std::runtime_error("npy: not version 1.0");
  const std::string_view header = npy.substr(10, number_at<std::uint16_t>(npy, 8));
  if (header.find("'fortran_order': False") == std::string_view::npos)
    throw std::runtime_error("npy: not C order");
  return header.find("'descr': '<f4'") != std::string_view::npos;
}

NpyArray parse_float32(std::string_view npy) {
  const std::size_t header_size = number_at<std::uint16_t>(npy, 8);
  NpyArray array{shape_of(npy.substr(10, header_size)), {}};
  std::int64_t count = 1;
  for (const std::int64_t dimension : array.shape) count *= dimension;
  const std::string_view data = npy.substr(10 + header_size);
  if (data.size() != static_cast<std::size_t>(count) * sizeof(float))
    throw std::runtime_error("npy: wrong size");
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    array.entries.push_back(number_at<float>(data, i * sizeof(float)));
  }
  return array;
}

}  // namespace

std::map<std::string, NpyArray> read_npz(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot open " + path);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  std::string_view rest = bytes;
  std::map<std::string, NpyArray> arrays;
  while (rest.starts_with("PK\x03\x04")) {
    if (number_at<std::uint16_t>(rest, 8) != 0) throw std::runtime_error("npz: compressed");
    const std::size_t size = number_at<std::uint32_t>(rest, 18);
    const std::size_t name_size = number_at<std::uint16_t>(rest, 26);
    const std::size_t start = 30 + name_size + number_at<std::uint16_t>(rest, 28);
    if (rest.size() < start + size) throw std::runtime_error("npz: cut short");
    const std::string name(rest.substr(30, name_size));
    const std::string_view npy = rest.substr(start, size);
    if (holds_float32(npy)) arrays.emplace(name.substr(0, name.rfind(".npy")), parse_float32(npy));
    rest.remove_prefix(start + size);
  }
  if (arrays.empty()) throw std::runtime_error(path + " holds no float32 arrays");
  return arrays;
}

}  // namespace headsweep::metrics
