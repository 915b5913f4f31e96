#include "results/report/packed_numbers.h"

#include <bit>
#include <cstdint>

#include <openssl/evp.h>

namespace headsweep::report {
namespace {

void append_little_endian(std::vector<unsigned char>& bytes, std::uint32_t word) {
  for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<unsigned char>(word >> shift));
}

}  // namespace

std::string pack_bytes(std::span<const unsigned char> bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends with a NUL
  const int written = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                      static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(written));
  return text;
}

std::string pack_reals(std::span<const double> values) {
  std::vector<unsigned char> bytes;
  bytes.reserve(4 * values.size());
  for (const double value : values)
    append_little_endian(bytes, std::bit_cast<std::uint32_t>(static_cast<float>(value)));
  return pack_bytes(bytes);
}

std::size_t packed_size(std::size_t count) {
  return (4 * count + 2) / 3 * 4;
}

}  // namespace headsweep::report
