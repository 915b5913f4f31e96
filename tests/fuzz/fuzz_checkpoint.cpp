// A checkpoint or kept model: refused with one line or read whole.
#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "errors/user_error.h"
#include "trial/sha256.h"
#include "worker/trainer/model_file.h"

namespace {

using namespace headsweep;
using Bytes = std::vector<std::byte>;

void append(Bytes& bytes, std::span<const std::byte> more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

// A file with right lengths and hash around any header and payload: what only a hostile writer makes, and what
// mutation would never get past the hash. The first two bytes are the length of the header.
Bytes enclosed(std::span<const std::byte> content) {
  std::uint16_t wanted = 0;
  std::memcpy(&wanted, content.data(), sizeof wanted);
  content = content.subspan(sizeof wanted);
  const auto header_bytes = static_cast<std::uint32_t>(std::min<std::size_t>(wanted, content.size()));
  const std::uint64_t payload_bytes = content.size() - header_bytes;
  const std::string magic = "HSWMODEL";
  Bytes file;
  append(file, std::as_bytes(std::span(magic)));
  append(file, std::as_bytes(std::span(&trainer::kModelFileVersion, 1)));
  append(file, std::as_bytes(std::span(&header_bytes, 1)));
  append(file, std::as_bytes(std::span(&payload_bytes, 1)));
  append(file, content);
  const std::string hash = trial::sha256_hex(std::span<const std::byte>(file));
  append(file, std::as_bytes(std::span(hash)));
  return file;
}

}  // namespace

// The first byte chooses: even a file as it is, odd header and payload.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data + 1), size - 1);
  try {
    if (data[0] % 2 == 0) {
      static_cast<void>(trainer::parse_model_file(bytes, "input"));
    } else {
      static_cast<void>(trainer::parse_model_file(enclosed(bytes), "input"));
    }
  } catch (const UserError&) {
  }
  return 0;
}
