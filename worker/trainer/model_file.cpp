#include "worker/trainer/model_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <fstream>
#include <span>
#include <string_view>

#include <nlohmann/json.hpp>

#include "errors/user_error.h"
#include "trial/key.h"
#include "trial/parameters.h"
#include "trial/sha256.h"
#include "worker/trainer/whole_file.h"

namespace headsweep::trainer {
namespace {

static_assert(std::endian::native == std::endian::little, "buffers are written as they lie in memory");

using Json = nlohmann::json;
using Bytes = std::vector<std::byte>;

constexpr std::string_view kMagic = "HSWMODEL";
constexpr std::size_t kHashBytes = 64;

struct Prefix {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t header_bytes;
  std::uint64_t payload_bytes;
};
static_assert(sizeof(Prefix) == 24);

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& why) {
  throw UserError("'" + path.string() + "' " + why);
}

void append(Bytes& bytes, std::span<const std::byte> more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Bytes encode_curve(const ModelFile& file) {
  if (file.curve.empty()) return {};
  protocol::TrialResult result{};
  result.curve = file.curve;
  return protocol::encode(protocol::TrialDone{file.attempt, std::move(result)});
}

std::vector<protocol::CurvePoint> decode_curve(std::span<const std::byte> bytes) {
  if (bytes.empty()) return {};
  protocol::Message message = protocol::decode(bytes);
  auto* const done = std::get_if<protocol::TrialDone>(&message);
  if (!done) throw protocol::DecodeError("a message of another kind");
  return std::move(done->result.curve);
}

std::string header_json(const ModelFile& file, std::size_t curve_bytes) {
  const Json header = {
      {"kind", file.kind == ModelFile::Kind::kModel ? "model" : "checkpoint"},
      {"key", file.key},
      {"settings", trial::canonical_json(file.settings)},
      {"attempt", file.attempt},
      {"step", file.step},
      {"numerics", file.numerics},
      {"dtype", to_text(file.dtype)},
      {"train_seconds", file.train_seconds},
      {"measure_seconds", file.measure_seconds},
      {"parameters", file.parameters.size()},
      {"first_moments", file.first_moments.size()},
      {"second_moments", file.second_moments.size()},
      {"curve", curve_bytes},
  };
  return header.dump();
}

// What its settings say that a file must hold.
void check_sections(const std::filesystem::path& path, const ModelFile& file) {
  const auto count = static_cast<std::size_t>(trial::count_parameters(file.settings.model).total());
  const std::size_t expected = count * element_bytes(file.dtype);
  const std::size_t moments = file.kind == ModelFile::Kind::kModel ? 0 : expected;
  if (file.parameters.size() != expected || file.first_moments.size() != moments ||
      file.second_moments.size() != moments) {
    refuse(path, "does not hold as many weights as its settings need");
  }
  const bool is_checkpoint = file.kind == ModelFile::Kind::kCheckpoint;
  const auto is_of_it = [&](const protocol::CurvePoint& point) {
    return point.step >= 1 && point.step <= file.step;
  };
  if (file.step < 0 || file.step > file.settings.training.steps ||
      (is_checkpoint && !std::ranges::all_of(file.curve, is_of_it)))
    refuse(path, "is of a step that its settings do not have");
  if (file.key != trial::trial_key(file.settings)) refuse(path, "has a key that is not that of its settings");
}

ModelFile parse(const std::filesystem::path& path, std::string_view header_text,
                std::span<const std::byte> payload) {
  const Json header = Json::parse(header_text);
  ModelFile file;
  const std::string kind = header.at("kind").get<std::string>();
  const std::string dtype = header.at("dtype").get<std::string>();
  if (kind != "model" && kind != "checkpoint") refuse(path, "is of unknown kind '" + kind + "'");
  if (dtype != "float32" && dtype != "float64") refuse(path, "has unknown dtype '" + dtype + "'");
  file.kind = kind == "model" ? ModelFile::Kind::kModel : ModelFile::Kind::kCheckpoint;
  file.dtype = dtype == "float32" ? ElementType::kFloat32 : ElementType::kFloat64;
  file.key = header.at("key").get<std::string>();
  file.settings = trial::parse_canonical_json(header.at("settings").get<std::string>());
  file.attempt = header.at("attempt").get<std::int64_t>();
  file.step = header.at("step").get<std::int64_t>();
  file.numerics = header.at("numerics").get<std::string>();
  file.train_seconds = header.at("train_seconds").get<double>();
  file.measure_seconds = header.at("measure_seconds").get<double>();
  const auto take = [&](const char* section) {
    const auto size = header.at(section).get<std::size_t>();
    if (size > payload.size()) refuse(path, "is shorter than its sections");
    const auto bytes = payload.first(size);
    payload = payload.subspan(size);
    return Bytes(bytes.begin(), bytes.end());
  };
  file.parameters = take("parameters");
  file.first_moments = take("first_moments");
  file.second_moments = take("second_moments");
  file.curve = decode_curve(take("curve"));
  if (!payload.empty()) refuse(path, "is longer than its sections");
  check_sections(path, file);
  return file;
}

}  // namespace

std::string_view to_text(ElementType type) {
  return type == ElementType::kFloat32 ? "float32" : "float64";
}

std::size_t element_bytes(ElementType type) {
  return type == ElementType::kFloat32 ? sizeof(float) : sizeof(double);
}

std::string write_model_file(const std::filesystem::path& path, const ModelFile& file) {
  const Bytes curve = encode_curve(file);
  const std::string header = header_json(file, curve.size());
  const std::size_t payload_bytes =
      file.parameters.size() + file.first_moments.size() + file.second_moments.size() + curve.size();
  Prefix prefix{{}, kModelFileVersion, static_cast<std::uint32_t>(header.size()), payload_bytes};
  std::ranges::copy(kMagic, prefix.magic.begin());
  Bytes bytes;
  bytes.reserve(sizeof prefix + header.size() + payload_bytes + kHashBytes);
  append(bytes, std::as_bytes(std::span(&prefix, 1)));
  append(bytes, std::as_bytes(std::span(header)));
  append(bytes, file.parameters);
  append(bytes, file.first_moments);
  append(bytes, file.second_moments);
  append(bytes, curve);
  const std::string hash = trial::sha256_hex(std::span<const std::byte>(bytes));
  append(bytes, std::as_bytes(std::span(hash)));
  replace_file(path, bytes);
  return trial::sha256_hex(std::span<const std::byte>(bytes));
}

bool is_model_file(const std::filesystem::path& path) {
  std::array<char, kMagic.size()> magic{};
  std::ifstream(path, std::ios::binary).read(magic.data(), magic.size());
  return std::string_view(magic.data(), magic.size()) == kMagic;
}

ModelFile read_model_file(const std::filesystem::path& path) {
  return parse_model_file(read_whole_file(path), path);
}

ModelFile parse_model_file(std::span<const std::byte> bytes, const std::filesystem::path& path) {
  Prefix prefix{};
  if (bytes.size() < sizeof prefix + kHashBytes) refuse(path, "is cut off");
  std::memcpy(&prefix, bytes.data(), sizeof prefix);
  if (std::string_view(prefix.magic.data(), prefix.magic.size()) != kMagic) {
    refuse(path, "is no model or checkpoint of headsweep");
  }
  const std::span<const std::byte> hashed(bytes.data(), bytes.size() - kHashBytes);
  const std::uint64_t body_bytes = hashed.size() - sizeof prefix;
  if (prefix.header_bytes > body_bytes || prefix.payload_bytes != body_bytes - prefix.header_bytes) {
    refuse(path, "is cut off or damaged: its length is not what it says");
  }
  if (trial::sha256_hex(hashed) != as_text(bytes.last(kHashBytes))) {
    refuse(path, "is damaged: its SHA-256 does not match");
  }
  if (prefix.version != kModelFileVersion) {
    refuse(path, "is of format version " + std::to_string(prefix.version) + "; this program reads " +
                     std::to_string(kModelFileVersion));
  }
  const auto header = hashed.subspan(sizeof prefix, prefix.header_bytes);
  try {
    return parse(path, as_text(header), hashed.subspan(sizeof prefix + prefix.header_bytes));
  } catch (const Json::exception& error) {
    refuse(path, std::string("has a bad header: ") + error.what());
  } catch (const protocol::DecodeError& error) {
    refuse(path, std::string("has a bad curve: ") + error.what());
  }
}

}  // namespace headsweep::trainer
