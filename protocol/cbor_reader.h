// Reads exactly the CBOR that CborWriter writes; everything else is refused, so that equal messages have
// equal bytes. Internal to protocol/: messages.h is the interface.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/cbor_writer.h"

namespace headsweep::protocol {

// A cursor over a buffer that it does not own. Keeps the path of the field being read ("result.layers") for
// messages. Each read_*() takes one item or throws DecodeError naming the field and what it should have been.
class CborReader {
 public:
  explicit CborReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::int64_t integer();
  double real();
  bool boolean();
  std::string_view text();  // lives as long as the buffer
  std::size_t array();      // number of elements that follow
  std::size_t map();        // number of fields that follow
  bool take_null();         // takes the item if it is null, else leaves it

  // No bytes may follow the message.
  void end() const;

  [[noreturn]] void fail(std::string_view what) const;

  // While one lives, errors name `field` below the fields of the scopes around it.
  class FieldScope {
   public:
    FieldScope(CborReader& reader, std::string_view field) : reader_(reader) {
      reader.path_.push_back(field);
    }
    ~FieldScope() { reader_.path_.pop_back(); }
    FieldScope(const FieldScope&) = delete;
    FieldScope& operator=(const FieldScope&) = delete;

   private:
    CborReader& reader_;
  };

 private:
  std::uint64_t head(MajorType major, std::string_view expected);
  std::size_t length(MajorType major, std::string_view expected);
  std::uint64_t big_endian(std::size_t bytes);
  [[nodiscard]] std::uint8_t peek() const;
  [[nodiscard]] std::size_t remaining() const { return bytes_.size() - position_; }
  [[noreturn]] void fail_type(std::string_view expected) const;

  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
  std::vector<std::string_view> path_;
};

}  // namespace headsweep::protocol
