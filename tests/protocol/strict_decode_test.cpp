// Every field of every message, missing, doubled up with an unknown one, and of another type.
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "protocol/messages.h"
#include "sample_messages.h"

namespace headsweep::protocol {
namespace {

using nlohmann::ordered_json;
using ::testing::HasSubstr;

std::string decode_error(const std::vector<std::uint8_t>& cbor) {
  try {
    decode(std::as_bytes(std::span(cbor)));
  } catch (const DecodeError& error) {
    return error.what();
  }
  return "accepted";
}

std::string decode_error(const ordered_json& message) {
  return decode_error(ordered_json::to_cbor(message));
}

ordered_json as_json(const Message& message) {
  return ordered_json::from_cbor(encode(message));
}

// Calls `visit` with the place of every map in `value`, itself included.
void for_each_map(const ordered_json& value, const ordered_json::json_pointer& place,
                  const std::function<void(const ordered_json::json_pointer&)>& visit) {
  if (value.is_object()) visit(place);
  for (const auto& [name, element] : value.items()) {
    if (!element.is_structured()) continue;
    for_each_map(element, value.is_array() ? place / std::stoul(name) : place / name, visit);
  }
}

// Something that no field of the value's type takes.
ordered_json of_another_type(const ordered_json& value) {
  if (value.is_string() || value.is_number_float() || value.is_structured()) return 7;
  return "text";
}

void expect_each_field_matters(const ordered_json& message, const ordered_json::json_pointer& place) {
  for (const auto& [name, value] : message.at(place).items()) {
    SCOPED_TRACE(place.to_string() + "/" + name);
    ordered_json broken = message;
    broken.at(place).erase(name);
    EXPECT_THAT(decode_error(broken), HasSubstr("'" + name + "'"));

    broken = message;
    broken.at(place)[name] = of_another_type(value);
    EXPECT_THAT(decode_error(broken), HasSubstr(name + ": must be"));
  }
  ordered_json broken = message;
  broken.at(place)["bogus"] = 1;
  EXPECT_THAT(decode_error(broken), HasSubstr("unknown field 'bogus'"));
}

TEST(StrictDecode, EveryFieldOfEveryMessageMatters) {
  for (const Message& sample : sample_messages()) {
    const ordered_json message = as_json(sample);
    ASSERT_EQ(decode_error(message), "accepted") << message;
    for_each_map(message, ordered_json::json_pointer(),
                 [&](const auto& place) { expect_each_field_matters(message, place); });
  }
}

TEST(StrictDecode, NamesThePathOfANestedField) {
  ordered_json message = as_json(TrialDone{7, sample_result()});
  message["result"]["layers"][0]["split"] = "validation";
  EXPECT_EQ(decode_error(message), "bad message: trial_done.result.layers.split: unknown name 'validation'");
}

TEST(StrictDecode, RefusesAnotherVersionAndUnknownKinds) {
  ordered_json message = as_json(WorkerHeartbeat{});
  message["v"] = 1;
  EXPECT_THAT(decode_error(message), HasSubstr("v: protocol version 1, but this program speaks 3"));
  message["v"] = 3;
  message["kind"] = "worker_heartbeats";
  EXPECT_THAT(decode_error(message), HasSubstr("unknown kind 'worker_heartbeats'"));
}

TEST(StrictDecode, RefusesWrongOrderAndUnknownNames) {
  EXPECT_THAT(decode_error(ordered_json{{"v", 3}, {"kind", "trial_stopped"}, {"step", 1}, {"attempt", 2}}),
              HasSubstr("field 'attempt' must come here, not 'step'"));
  ordered_json message = as_json(TrialError{1, EndReason::kError, "x"});
  message["reason"] = "bored";
  EXPECT_THAT(decode_error(message), HasSubstr("reason: unknown name 'bored'"));
}

TEST(StrictDecode, RefusesMetricArraysOfAnotherShape) {
  const ordered_json message = as_json(TrialDone{7, sample_result()});
  const ordered_json::json_pointer place("/result/layers/0/metrics");
  ordered_json broken = message;
  broken.at(place).erase(0);
  EXPECT_THAT(decode_error(broken), HasSubstr("metrics: must have one item for each metric"));
  broken = message;
  broken.at(place)[0].erase(3);
  EXPECT_THAT(decode_error(broken), HasSubstr("metrics: must be null or [mean, std, n, censored]"));
  broken = message;
  broken.at(place)[0][2] = 0;
  EXPECT_THAT(decode_error(broken), HasSubstr("metrics: a summary has at least one value"));
}

TEST(StrictDecode, RefusesHalfAPlaceInAGang) {
  ordered_json message = as_json(sample_messages()[10]);
  message["gang"] = {{"member", 1}, {"members", 2}};
  EXPECT_THAT(decode_error(message), HasSubstr("assign.gang: field 'one_host' is missing"));
}

TEST(StrictDecode, RefusesSettingsThatAreNotCanonical) {
  ordered_json message = as_json(sample_messages()[10]);
  for (const char* settings : {"", "{}", "{\"seed\": 0}", "{\"model.heads\":1,\"seed\":0}",
                               "{\"nonsense\":1,\"seed\":0}", "{\"model.heads\":0,\"seed\":0}", "[1]"}) {
    message["bundle"][0]["settings"] = settings;
    EXPECT_THAT(decode_error(message), HasSubstr("assign.bundle.settings: ")) << settings;
  }
}

TEST(StrictDecode, RefusesOtherFormsOfTheSameNumbers) {
  const std::vector<std::byte> good = encode(TrialStopped{5, 0});
  const std::vector<std::uint8_t> head{0xa4, 0x61, 'v', 0x03, 0x64, 'k', 'i', 'n', 'd', 0x6d};
  ASSERT_TRUE(std::equal(head.begin(), head.end(), good.begin(),
                         [](std::uint8_t a, std::byte b) { return std::byte{a} == b; }));
  const auto with_version_as = [&](std::vector<std::uint8_t> version) {
    std::vector<std::uint8_t> bytes{0xa4, 0x61, 'v'};
    bytes.insert(bytes.end(), version.begin(), version.end());
    for (std::size_t i = 4; i < good.size(); ++i) bytes.push_back(std::to_integer<std::uint8_t>(good[i]));
    return decode_error(bytes);
  };
  EXPECT_EQ(with_version_as({0x03}), "accepted");
  EXPECT_THAT(with_version_as({0x18, 0x03}), HasSubstr("shortest form"));
  EXPECT_THAT(with_version_as({0x1b, 0, 0, 0, 0, 0, 0, 0, 3}), HasSubstr("shortest form"));
  EXPECT_THAT(with_version_as({0x1b, 0xff, 0, 0, 0, 0, 0, 0, 1}), HasSubstr("out of range"));
  EXPECT_THAT(with_version_as({0xf9, 0x3c, 0x00}), HasSubstr("must be an integer"));
  EXPECT_THAT(with_version_as({0x1f}), HasSubstr("definite"));
}

TEST(StrictDecode, RefusesTruncatedMessagesAtEveryByte) {
  for (const Message& message : sample_messages()) {
    const std::vector<std::byte> whole = encode(message);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_THROW(decode(std::span(whole).first(size)), DecodeError) << size;
    }
  }
}

TEST(StrictDecode, RefusesBytesAfterTheMessage) {
  std::vector<std::byte> bytes = encode(WorkerHeartbeat{});
  bytes.push_back(std::byte{0});
  EXPECT_THROW(decode(bytes), DecodeError);
}

TEST(StrictDecode, LyingLengthsDoNotAllocate) {
  // An array of 2^63 attempts in a message of a few bytes.
  ordered_json message = as_json(Committed{{}});
  std::vector<std::uint8_t> bytes = ordered_json::to_cbor(message);
  bytes.back() = 0x9b;
  for (int i = 0; i < 8; ++i) bytes.push_back(0x7f);
  EXPECT_THAT(decode_error(bytes), HasSubstr("attempts: the message ends too early"));
}

}  // namespace
}  // namespace headsweep::protocol
