#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "errors/user_error.h"
#include "protocol/cbor_reader.h"
#include "protocol/message_fields.h"
#include "protocol/messages.h"
#include "protocol/trial_result_fields.h"
#include "trial/key.h"

namespace headsweep::protocol {
namespace {

// Declared together, since values nest.
template <class Struct>
void read(CborReader& reader, Struct& value);
template <class Element>
void read(CborReader& reader, std::vector<Element>& values);

void read(CborReader& reader, bool& value) {
  value = reader.boolean();
}
void read(CborReader& reader, std::int64_t& value) {
  value = reader.integer();
}
void read(CborReader& reader, double& value) {
  value = reader.real();
}
void read(CborReader& reader, std::string& value) {
  value = reader.text();
}

// Takes the enumerator among 0 .. `last` whose text it is.
template <class Enum>
void read_name(CborReader& reader, Enum last, Enum& value) {
  const std::string_view text = reader.text();
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    value = static_cast<Enum>(i);
    if (to_text(value) == text) return;
  }
  reader.fail(std::string("unknown name '").append(text).append("'"));
}

void read(CborReader& reader, EndReason& value) {
  read_name(reader, EndReason::kCannotWrite, value);
}
void read(CborReader& reader, Split& value) {
  read_name(reader, Split::kHeldOut, value);
}

void read(CborReader& reader, trial::Settings& value) {
  const std::string_view json = reader.text();
  try {
    value = trial::parse_canonical_json(json);
  } catch (const UserError& error) {
    reader.fail(error.what());
  }
}

template <class T>
void read(CborReader& reader, std::optional<T>& value) {
  if (reader.take_null()) {
    value.reset();
  } else {
    read(reader, value.emplace());
  }
}

void read(CborReader& reader, metrics::MetricSummaries& summaries) {
  if (reader.array() != summaries.size()) reader.fail("must have one item for each metric");
  for (metrics::MetricSummary& summary : summaries) {
    if (reader.take_null()) continue;
    if (reader.array() != 4) reader.fail("must be null or [mean, std, n, censored]");
    summary.mean = reader.real();
    summary.std = reader.real();
    summary.n = reader.integer();
    summary.censored = reader.integer();
    if (summary.n < 1 || summary.censored < 0) reader.fail("a summary has at least one value, or is null");
  }
}

void read(CborReader& reader, metrics::MetricValues& metrics) {
  if (reader.array() != metrics.values.size()) reader.fail("must have one item for each metric");
  for (double& value : metrics.values) {
    if (reader.take_null()) continue;
    value = reader.real();
    if (std::isnan(value)) reader.fail("undefined values are null");
  }
}

template <class Element>
void read(CborReader& reader, std::vector<Element>& values) {
  // Grown as elements arrive: a lying length must not reserve memory.
  for (std::size_t left = reader.array(); left > 0; --left) read(reader, values.emplace_back());
}

// The next of the map's fields; its name must be `expected`, since fields come in a fixed order.
void take_name(CborReader& reader, std::size_t& left, std::string_view expected) {
  if (left == 0) reader.fail(std::string("field '").append(expected).append("' is missing"));
  const std::string_view name = reader.text();
  if (name != expected) {
    reader.fail(std::string("field '").append(expected).append("' must come here, not '").append(name) + "'");
  }
  --left;
}

template <class Struct>
void read_fields(CborReader& reader, std::size_t left, Struct& value) {
  const auto read_one = [&](const auto& field) {
    take_name(reader, left, field.name);
    const CborReader::FieldScope scope(reader, field.name);
    read(reader, value.*field.member);
  };
  std::apply([&](const auto&... field) { (read_one(field), ...); }, Fields<Struct>::list);
  if (left != 0) reader.fail(std::string("unknown field '").append(reader.text()).append("'"));
}

template <class Struct>
void read(CborReader& reader, Struct& value) {
  read_fields(reader, reader.map(), value);
}

template <class Kind>
Message read_message(CborReader& reader, std::size_t left) {
  const CborReader::FieldScope scope(reader, Fields<Kind>::kind);
  Message message{std::in_place_type<Kind>};
  read_fields(reader, left, std::get<Kind>(message));
  return message;
}

struct KindEntry {
  std::string_view kind;
  Message (*read)(CborReader&, std::size_t);
};

template <std::size_t... index>
constexpr auto make_kind_table(std::index_sequence<index...>) {
  return std::array{KindEntry{Fields<std::variant_alternative_t<index, Message>>::kind,
                              &read_message<std::variant_alternative_t<index, Message>>}...};
}
constexpr auto kKinds = make_kind_table(std::make_index_sequence<std::variant_size_v<Message>>());

void check_version(CborReader& reader, std::size_t& left) {
  take_name(reader, left, "v");
  const CborReader::FieldScope scope(reader, "v");
  const std::int64_t version = reader.integer();
  if (version == kProtocolVersion) return;
  reader.fail("protocol version " + std::to_string(version) + ", but this program speaks " +
              std::to_string(kProtocolVersion) + "; use one build for all processes");
}

const KindEntry& find_kind(CborReader& reader, std::size_t& left) {
  take_name(reader, left, "kind");
  const CborReader::FieldScope scope(reader, "kind");
  const std::string_view kind = reader.text();
  for (const KindEntry& entry : kKinds) {
    if (entry.kind == kind) return entry;
  }
  reader.fail(std::string("unknown kind '").append(kind).append("'"));
}

}  // namespace

Message decode(std::span<const std::byte> cbor) {
  CborReader reader(cbor);
  std::size_t left = reader.map();
  check_version(reader, left);
  const KindEntry& kind = find_kind(reader, left);
  Message message = kind.read(reader, left);
  reader.end();
  return message;
}

}  // namespace headsweep::protocol
