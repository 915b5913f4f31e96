#include <cmath>
#include <concepts>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "protocol/cbor_writer.h"
#include "protocol/message_fields.h"
#include "protocol/messages.h"
#include "protocol/trial_result_fields.h"
#include "trial/key.h"

namespace headsweep::protocol {
namespace {

// Declared together, since values nest.
template <class Struct>
void write(CborWriter& writer, const Struct& value);
template <class Element>
void write(CborWriter& writer, const std::vector<Element>& values);

void write(CborWriter& writer, bool value) {
  writer.boolean(value);
}
void write(CborWriter& writer, std::int64_t value) {
  writer.integer(value);
}
void write(CborWriter& writer, double value) {
  writer.real(value);
}
void write(CborWriter& writer, const std::string& value) {
  writer.text(value);
}
void write(CborWriter& writer, EndReason value) {
  writer.text(to_text(value));
}
void write(CborWriter& writer, Split value) {
  writer.text(to_text(value));
}

// The form that the trial key is the hash of.
void write(CborWriter& writer, const trial::Settings& value) {
  writer.text(trial::canonical_json(value));
}

template <class T>
void write(CborWriter& writer, const std::optional<T>& value) {
  if (value) {
    write(writer, *value);
  } else {
    writer.null();
  }
}

// One item a metric, in the order of the enumeration: null, or [mean, std, n, censored].
void write(CborWriter& writer, const metrics::MetricSummaries& summaries) {
  writer.array(summaries.size());
  for (const metrics::MetricSummary& summary : summaries) {
    if (summary.n == 0) {
      writer.null();
      continue;
    }
    writer.array(4);
    writer.real(summary.mean);
    writer.real(summary.std);
    writer.integer(summary.n);
    writer.integer(summary.censored);
  }
}

// The same: null (undefined), or the value.
void write(CborWriter& writer, const metrics::MetricValues& metrics) {
  writer.array(metrics.values.size());
  for (const double value : metrics.values) {
    if (std::isnan(value)) {
      writer.null();
    } else {
      writer.real(value);
    }
  }
}

template <class Element>
void write(CborWriter& writer, const std::vector<Element>& values) {
  writer.array(values.size());
  for (const Element& value : values) write(writer, value);
}

template <class Struct>
void write_fields(CborWriter& writer, const Struct& value) {
  const auto write_one = [&](const auto& field) {
    writer.text(field.name);
    write(writer, value.*field.member);
  };
  std::apply([&](const auto&... field) { (write_one(field), ...); }, Fields<Struct>::list);
}

template <class Struct>
constexpr std::size_t field_count = std::tuple_size_v<decltype(Fields<Struct>::list)>;

template <class Struct>
void write(CborWriter& writer, const Struct& value) {
  writer.map(field_count<Struct>);
  write_fields(writer, value);
}

template <class Kind>
void write_message(CborWriter& writer, const Kind& message) {
  writer.map(2 + field_count<Kind>);
  writer.text("v");
  writer.integer(kProtocolVersion);
  writer.text("kind");
  writer.text(Fields<Kind>::kind);
  write_fields(writer, message);
}

}  // namespace

void append_encoded(std::vector<std::byte>& out, const Message& message) {
  CborWriter writer(out);
  std::visit([&](const auto& kind) { write_message(writer, kind); }, message);
}

std::vector<std::byte> encode(const Message& message) {
  std::vector<std::byte> out;
  append_encoded(out, message);
  return out;
}

}  // namespace headsweep::protocol
