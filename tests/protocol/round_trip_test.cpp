#include <bit>
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "protocol/messages.h"
#include "sample_messages.h"
#include "trial/key.h"

namespace headsweep::protocol {
namespace {

using nlohmann::ordered_json;

// What an independent CBOR library reads.
ordered_json as_json(const Message& message) {
  return ordered_json::from_cbor(encode(message));
}

constexpr std::size_t kAssign = 10;  // its place among the samples

TEST(RoundTrip, SamplesCoverEveryKindOnce) {
  const std::vector<Message> samples = sample_messages();
  ASSERT_EQ(samples.size(), std::variant_size_v<Message>);
  for (std::size_t i = 0; i < samples.size(); ++i) EXPECT_EQ(samples[i].index(), i);
}

TEST(RoundTrip, EveryMessageComesBackAsItWas) {
  for (const Message& message : sample_messages()) {
    const std::vector<std::byte> bytes = encode(message);
    const Message back = decode(bytes);
    EXPECT_EQ(back.index(), message.index());
    EXPECT_EQ(encode(back), bytes) << as_json(message);
  }
}

TEST(RoundTrip, AnotherLibraryReadsTheFields) {
  const std::vector<Message> samples = sample_messages();
  EXPECT_EQ(as_json(samples[0]), (ordered_json{{"v", 3},
                                               {"kind", "worker_hello"},
                                               {"host", "node7"},
                                               {"pid", 4711},
                                               {"device", "cuda:1"},
                                               {"threads", 2}}));
  EXPECT_EQ(as_json(AttemptFailed{8, EndReason::kTrainerKilled, "signal 11", 11, std::nullopt, "x"}),
            (ordered_json{{"v", 3},
                          {"kind", "attempt_failed"},
                          {"attempt", 8},
                          {"reason", "trainer_killed"},
                          {"message", "signal 11"},
                          {"signal", 11},
                          {"exit_code", nullptr},
                          {"log_tail", "x"}}));
  const Assignment& assignment = std::get<Assign>(samples[kAssign]).bundle[0];
  EXPECT_EQ(as_json(samples[kAssign])["bundle"][0],
            (ordered_json{{"attempt", 7},
                          {"trial", 12},
                          {"key", "c0ffee"},
                          {"settings", trial::canonical_json(assignment.settings)},
                          {"parameters", 18512},
                          {"keep_model", true}}));
}

TEST(RoundTrip, AssignmentsKeepTheirSettings) {
  const std::vector<Message> samples = sample_messages();
  const auto& sent = std::get<Assign>(samples[kAssign]).bundle;
  const auto received = std::get<Assign>(decode(encode(samples[kAssign]))).bundle;
  ASSERT_EQ(received.size(), sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) EXPECT_EQ(received[i].settings, sent[i].settings);
}

TEST(RoundTrip, AMemberKeepsItsPlaceInTheGang) {
  const Assign sent{{std::get<Assign>(sample_messages()[kAssign]).bundle[0]}, GangPlace{2, 3, true}};
  EXPECT_EQ(as_json(sent)["gang"], (ordered_json{{"member", 2}, {"members", 3}, {"one_host", true}}));
  const auto received = std::get<Assign>(decode(encode(sent)));
  ASSERT_TRUE(received.gang.has_value());
  EXPECT_EQ(received.gang->member, 2);
  EXPECT_EQ(received.gang->members, 3);
  EXPECT_TRUE(received.gang->one_host);
  EXPECT_EQ(as_json(Assign{sent.bundle})["gang"], nullptr);
}

TEST(RoundTrip, ResultsKeepEveryField) {
  const TrialResult sent = sample_result();
  const auto message = decode(encode(TrialDone{7, sent}));
  const TrialResult& received = std::get<TrialDone>(message).result;
  EXPECT_EQ(received.steps_to_90, 120);
  EXPECT_EQ(received.flops, sent.flops);
  EXPECT_EQ(received.model_sha256, sent.model_sha256);
  ASSERT_EQ(received.layers.size(), 2U);
  EXPECT_EQ(received.layers[1].layer, kWholeModel);
  EXPECT_EQ(received.layers[1].split, Split::kTrain);
  EXPECT_EQ(received.layers[0].metrics[1].censored, 3);
  EXPECT_EQ(received.heads.at(0).head, 2);
  EXPECT_EQ(received.nulls.at(0).measurement.metrics[0].mean, 16.1);
  EXPECT_EQ(received.curve.at(0).layers.at(0).layer, 1);
}

TEST(RoundTrip, RealsKeepEveryBit) {
  const double quiet_with_payload = std::bit_cast<double>(std::uint64_t{0x7ff8'0000'dead'beef});
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double value : {0.0, -0.0, 0.1, 1.0, infinity, -infinity, quiet_with_payload,
                             std::numeric_limits<double>::denorm_min(), std::numeric_limits<double>::max()}) {
    const Message back = decode(encode(TrialProgress{1, 2, value}));
    EXPECT_EQ(std::bit_cast<std::uint64_t>(std::get<TrialProgress>(back).steps_per_second),
              std::bit_cast<std::uint64_t>(value));
  }
}

TEST(RoundTrip, IntegersKeepTheirValueAtEveryLength) {
  for (const std::int64_t magnitude : {0LL, 23LL, 24LL, 255LL, 256LL, 65'535LL, 65'536LL, 4'294'967'295LL,
                                       4'294'967'296LL, std::numeric_limits<long long>::max()}) {
    for (const std::int64_t value : {magnitude, -magnitude, -magnitude - 1}) {
      const std::vector<std::byte> bytes = encode(TrialStopped{value, 0});
      EXPECT_EQ(std::get<TrialStopped>(decode(bytes)).attempt, value);
      EXPECT_EQ(ordered_json::from_cbor(bytes)["attempt"], value);
    }
  }
}

TEST(RoundTrip, ValuesOfSequencesMayBeInfiniteOrUndefined) {
  TrialResult sent = sample_result();
  sent.sequences = {{0, {}, Split::kTrain, 3, {}}};
  sent.sequences[0].metrics.values[2] = std::numeric_limits<double>::infinity();
  const auto received = std::get<TrialDone>(decode(encode(TrialDone{1, sent}))).result.sequences;
  ASSERT_EQ(received.size(), 1U);
  EXPECT_EQ(received[0].head, std::nullopt);
  EXPECT_EQ(received[0].sequence, 3);
  EXPECT_TRUE(std::isinf(received[0].metrics.values[2]));
  EXPECT_TRUE(std::isnan(received[0].metrics.values[1]));
}

TEST(RoundTrip, MetricsWithoutValueTakeOneByte) {
  TrialResult with = sample_result();
  with.layers = {{0, Split::kTrain, {}}};
  TrialResult without = with;
  without.layers[0].metrics[5] = {0.5, 0.1, 4, 0};
  const std::size_t summary_bytes = 1 + 2 * 9 + 2;
  EXPECT_EQ(encode(TrialDone{1, without}).size(), encode(TrialDone{1, with}).size() - 1 + summary_bytes);

  const auto back = std::get<TrialDone>(decode(encode(TrialDone{1, without}))).result.layers[0].metrics;
  EXPECT_EQ(back[5].n, 4);
  EXPECT_EQ(back[4].n, 0);
  EXPECT_TRUE(std::isnan(back[4].mean));
}

TEST(EndReason, OnlyInterruptionsAreNotTheTrialsFault) {
  EXPECT_TRUE(is_interruption(EndReason::kStopped));
  EXPECT_TRUE(is_interruption(EndReason::kWorkerLost));
  EXPECT_TRUE(is_interruption(EndReason::kGangLost));
  for (const EndReason reason :
       {EndReason::kError, EndReason::kDiverged, EndReason::kTrainerKilled, EndReason::kTrainerExited,
        EndReason::kTrainerHung, EndReason::kTimeout, EndReason::kBadFrames, EndReason::kCannotStart}) {
    EXPECT_FALSE(is_interruption(reason)) << to_text(reason);
  }
}

}  // namespace
}  // namespace headsweep::protocol
