// One container for checkpoints and for the models that a run keeps.
//
// Layout, little-endian:
//   8 bytes   magic "HSWMODEL"
//   4 bytes   format version (kModelFileVersion)
//   4 bytes   length of the header
//   8 bytes   length of the payload
//   header    JSON object: kind, key, attempt, step, numerics, dtype, train_seconds, measure_seconds,
//             settings (canonical JSON), and the byte lengths of the payload's sections in their order
//   payload   parameters, first moments, second moments (flat buffers, see trial/parameters.h), curve (a CBOR
//             TrialDone message whose result holds nothing but the curve: doubles survive bit for bit)
//   64 bytes  SHA-256 of all before it, in hex digits
// Length and hash are checked before anything is parsed: a flipped bit is never taken for a weight.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "protocol/messages.h"
#include "trial/settings.h"

namespace headsweep::trainer {

inline constexpr std::uint32_t kModelFileVersion = 1;

enum class ElementType : std::uint8_t { kFloat32, kFloat64 };
std::string_view to_text(ElementType type);  // "float32", "float64"
std::size_t element_bytes(ElementType type);

struct ModelFile {
  enum class Kind : std::uint8_t { kCheckpoint, kModel };

  Kind kind = Kind::kModel;
  std::string key;  // of the trial
  trial::Settings settings;
  protocol::AttemptId attempt = 0;  // that wrote it; 0 in kept models, which must not differ between attempts
  std::int64_t step = 0;            // updates done
  std::string numerics;
  ElementType dtype = ElementType::kFloat32;
  double train_seconds = 0;
  double measure_seconds = 0;
  std::vector<std::byte> parameters;
  std::vector<std::byte> first_moments;   // empty in kept models
  std::vector<std::byte> second_moments;  // empty in kept models
  std::vector<protocol::CurvePoint> curve;
};

// Writes `file` to `path` so that a crash at any moment leaves the old file or the new one: temporary file in
// the same folder, fsync, rename, fsync of the folder. Returns the SHA-256 of the whole file. Throws
// UserError (full disk, no permission).
std::string write_model_file(const std::filesystem::path& path, const ModelFile& file);

// Whether the first bytes of `path` are the magic. False if it cannot be read.
bool is_model_file(const std::filesystem::path& path);

// Throws UserError if the file is cut off, damaged, of another version, or does not hold what its settings
// need.
ModelFile read_model_file(const std::filesystem::path& path);

// The same from the bytes of a file; `path` stands for it in messages.
ModelFile parse_model_file(std::span<const std::byte> bytes, const std::filesystem::path& path);

}  // namespace headsweep::trainer
