// How a struct says which fields it has on the wire, once for encoding and decoding. Internal to protocol/.
#pragma once

#include <string_view>

namespace headsweep::protocol {

template <class Struct, class Value>
struct Field {
  std::string_view name;
  Value Struct::*member;
};
// Said, not left to the compiler: clang deduces aggregates' arguments only from version 17 on.
template <class Struct, class Value>
Field(std::string_view, Value Struct::*) -> Field<Struct, Value>;

// Specialised for every struct that is encoded as a map:
//   static constexpr std::tuple list{Field{...}, ...};   in wire order
// and for messages also:
//   static constexpr std::string_view kind;
template <class Struct>
struct Fields;

}  // namespace headsweep::protocol
