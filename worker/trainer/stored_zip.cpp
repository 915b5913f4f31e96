#include "worker/trainer/stored_zip.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "errors/user_error.h"

namespace headsweep::trainer {
namespace {

// Sections of "APPNOTE.TXT - .ZIP File Format Specification": 4.3.16, 4.3.12, 4.3.7.
constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kCentralSignature = 0x02014b50;
constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kCentralBytes = 46;
constexpr std::size_t kLocalBytes = 30;
constexpr std::size_t kLongestComment = 65535;

using Bytes = std::span<const std::byte>;

[[noreturn]] void refuse(const std::string& why) {
  throw UserError("is no readable zip archive: " + why);
}

template <class T>
T read(Bytes bytes, std::size_t offset) {
  T value;
  if (offset + sizeof value > bytes.size()) refuse("it is cut off");
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

Bytes slice(Bytes bytes, std::size_t offset, std::size_t size) {
  if (offset > bytes.size() || size > bytes.size() - offset) refuse("it is cut off");
  return bytes.subspan(offset, size);
}

std::uint32_t crc32(Bytes bytes) {
  static constexpr auto kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xedb88320U : 0);
      table[i] = value;
    }
    return table;
  }();
  std::uint32_t crc = 0xffffffff;
  for (const std::byte byte : bytes) {
    crc = kTable[(crc ^ std::to_integer<std::uint32_t>(byte)) & 0xff] ^ (crc >> 8);
  }
  return ~crc;
}

std::size_t find_end_record(Bytes archive) {
  if (archive.size() < kEndBytes) refuse("it is too short");
  const std::size_t last = archive.size() - kEndBytes;
  const std::size_t first = last - std::min(last, kLongestComment);
  for (std::size_t offset = last + 1; offset-- > first;) {
    if (read<std::uint32_t>(archive, offset) == kEndSignature) return offset;
  }
  refuse("it has no end record");
}

struct CentralEntry {
  std::string name;
  std::uint32_t crc;
  std::uint32_t size;
  std::uint32_t local_offset;
  std::size_t end;  // of this entry in the archive
};

CentralEntry read_central(Bytes archive, std::size_t offset) {
  if (read<std::uint32_t>(archive, offset) != kCentralSignature) refuse("its directory is damaged");
  const auto flags = read<std::uint16_t>(archive, offset + 8);
  const auto method = read<std::uint16_t>(archive, offset + 10);
  const auto packed = read<std::uint32_t>(archive, offset + 20);
  const auto size = read<std::uint32_t>(archive, offset + 24);
  const auto name_size = read<std::uint16_t>(archive, offset + 28);
  const auto extra_size = read<std::uint16_t>(archive, offset + 30);
  const auto comment_size = read<std::uint16_t>(archive, offset + 32);
  const Bytes name = slice(archive, offset + kCentralBytes, name_size);
  CentralEntry entry{std::string(reinterpret_cast<const char*>(name.data()), name.size()),
                     read<std::uint32_t>(archive, offset + 16), size,
                     read<std::uint32_t>(archive, offset + 42),
                     offset + kCentralBytes + name_size + extra_size + comment_size};
  const bool encrypted = (flags & 1) != 0;
  if (encrypted || method != 0 || packed != size) refuse("entry '" + entry.name + "' is not stored as it is");
  return entry;
}

Bytes read_content(Bytes archive, const CentralEntry& entry) {
  if (read<std::uint32_t>(archive, entry.local_offset) != kLocalSignature) {
    refuse("entry '" + entry.name + "' is not where its directory says");
  }
  const auto name_size = read<std::uint16_t>(archive, entry.local_offset + std::size_t{26});
  const auto extra_size = read<std::uint16_t>(archive, entry.local_offset + std::size_t{28});
  const Bytes content = slice(archive, entry.local_offset + kLocalBytes + name_size + extra_size, entry.size);
  if (crc32(content) != entry.crc) refuse("entry '" + entry.name + "' is damaged: its CRC does not match");
  return content;
}

}  // namespace

std::map<std::string, Bytes> stored_zip_entries(Bytes archive) {
  const std::size_t end = find_end_record(archive);
  const auto count = read<std::uint16_t>(archive, end + 10);
  const auto entries_here = read<std::uint16_t>(archive, end + 8);
  if (read<std::uint32_t>(archive, end + 4) != 0 || entries_here != count)
    refuse("it is split over several disks");
  std::size_t offset = read<std::uint32_t>(archive, end + 16);
  std::map<std::string, Bytes> contents;
  for (std::uint16_t i = 0; i < count; ++i) {
    const CentralEntry entry = read_central(archive, offset);
    if (!contents.emplace(entry.name, read_content(archive, entry)).second) {
      refuse("entry '" + entry.name + "' is there twice");
    }
    offset = entry.end;
  }
  return contents;
}

}  // namespace headsweep::trainer
